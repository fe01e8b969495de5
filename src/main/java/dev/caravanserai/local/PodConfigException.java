package dev.caravanserai.local;

/** A container cannot be made as its spec says, for now: it waits with these words. */
final class PodConfigException extends RuntimeException {
  PodConfigException(String message) {
    super(message);
  }
}
