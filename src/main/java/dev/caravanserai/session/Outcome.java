package dev.caravanserai.session;

import java.time.Duration;

/** What became of a command. Silence is never success: only {@link Exited} with code 0 is. */
public sealed interface Outcome {

  /** It ran to its end. */
  record Exited(int code) implements Outcome {}

  /** It was ended because its time was over. */
  record TimedOut(Duration after) implements Outcome {}

  /** It was ended because the caller no longer wanted it. */
  record Cancelled() implements Outcome {}

  /** It never ran: no such program, no such directory, not executable. */
  record NotStarted(Failure failure) implements Outcome {}

  /** The connection broke; whether it still runs is not known. */
  record ConnectionLost(Failure failure) implements Outcome {}

  /** Its pod or container went away under it. */
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

  /** The word for it in the API: {@code exited}, {@code timedOut}, {@code notStarted}, … */
  default String word() {
    String name = getClass().getSimpleName();
    return Character.toLowerCase(name.charAt(0)) + name.substring(1);
  }
}
