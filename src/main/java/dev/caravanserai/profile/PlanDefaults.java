package dev.caravanserai.profile;

import java.time.Duration;

/**
 * What every plan of a server depends on besides profile and request.
 *
 * @param namespace for profiles that name none
 * @param cluster the cluster's name
 * @param profile for requests that name none
 * @param lifetimes of sessions
 * @param metadataBytes the most metadata that a session may have, as JSON in UTF-8
 */
public record PlanDefaults(
    String namespace, String cluster, String profile, Lifetimes lifetimes, int metadataBytes) {

  /**
   * @param usual for requests and profiles that have none
   * @param most the longest of any session
   * @param start how long a session may take to become ready if its profile does not say
   */
  public record Lifetimes(Duration usual, Duration most, Duration start) {
    static final String MOST = "caravanserai.session.max-timeout";

    /** The longest of a session of a profile. */
    Duration most(ProfileFile.Limits limits) {
      return ResolvedRequest.seconds(limits.timeoutSeconds())
          .filter(limit -> limit.compareTo(most) < 0)
          .orElse(most);
    }

    /** Where the longest of a session of a profile is set. */
    String source(ProfileFile.Limits limits) {
      return most(limits).equals(most) ? MOST : "/limits/timeoutSeconds of the profile";
    }
  }
}
