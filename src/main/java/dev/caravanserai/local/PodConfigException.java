package dev.caravanserai.local;

/** A container cannot be created until something that its spec refers to exists. */
final class PodConfigException extends RuntimeException {
  PodConfigException(String message) {
    super(message);
  }
}
