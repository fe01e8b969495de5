package dev.caravanserai.session;

import java.time.Duration;
import java.util.Optional;

/** How a command ended. Only {@link Exited} with code 0 is success. */
public sealed interface Outcome {

  /** It exited by itself. */
  record Exited(int code) implements Outcome {}

  /** It was killed at its time-out. */
  record TimedOut(Duration after) implements Outcome {}

  /** It was killed because the caller cancelled it or disconnected. */
  record Cancelled() implements Outcome {}

  /** It never ran: no such program, no such directory, not executable. */
  record NotStarted(Failure failure) implements Outcome {}

  /** The connection was lost; the command may still be running. */
  record ConnectionLost(Failure failure) implements Outcome {}

  /** Its pod or container ended while it ran. */
  record PodGone(Failure failure) implements Outcome {}

  static Outcome exited(int code) {
    return new Exited(code);
  }

  static Outcome timedOut(Duration after) {
    return new TimedOut(after);
  }

  static Outcome cancelled() {
    return new Cancelled();
  }

  static Outcome notStarted(Failure failure) {
    return new NotStarted(failure);
  }

  static Outcome connectionLost(Failure failure) {
    return new ConnectionLost(failure);
  }

  static Outcome podGone(Failure failure) {
    return new PodGone(failure);
  }

  /** True only for exit code 0. */
  default boolean success() {
    return this instanceof Exited exited && exited.code() == 0;
  }

  /** The failure, for the outcomes that have one. */
  default Optional<Failure> cause() {
    if (this instanceof NotStarted not) {
      return Optional.of(not.failure);
    }
    if (this instanceof ConnectionLost lost) {
      return Optional.of(lost.failure);
    }
    return this instanceof PodGone gone ? Optional.of(gone.failure) : Optional.empty();
  }

  /** Its name in the API: {@code exited}, {@code timedOut}, {@code notStarted}, … */
  default String word() {
    String name = getClass().getSimpleName();
    return Character.toLowerCase(name.charAt(0)) + name.substring(1);
  }
}
