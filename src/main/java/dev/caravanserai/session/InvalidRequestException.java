package dev.caravanserai.session;

import java.util.List;
import java.util.stream.Collectors;

/** A request that was refused as invalid. Nothing was created or changed. */
public final class InvalidRequestException extends FailureException {

  /**
   * One mistake.
   *
   * @param pointer JSON pointer (RFC 6901) into the request; empty for the whole request
   * @param message what is wrong and what would be right
   */
  public record Violation(String pointer, String message) {
    @Override
    public String toString() {
      return pointer.isEmpty() ? message : pointer + ": " + message;
    }
  }

  private final transient List<Violation> violations;

  public InvalidRequestException(List<Violation> violations) {
    super(
        Failure.of(
            FailureCode.INVALID_REQUEST,
            violations.stream().map(Violation::toString).collect(Collectors.joining("; "))));
    this.violations = List.copyOf(violations);
  }

  public static InvalidRequestException at(String pointer, String message) {
    return new InvalidRequestException(List.of(new Violation(pointer, message)));
  }

  /** All mistakes; at least one. */
  public List<Violation> violations() {
    return violations;
  }
}
