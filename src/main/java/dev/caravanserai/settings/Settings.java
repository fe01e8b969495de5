package dev.caravanserai.settings;

import static dev.caravanserai.settings.Setting.secret;
import static dev.caravanserai.settings.Setting.setting;
import static dev.caravanserai.settings.SettingType.between;
import static dev.caravanserai.settings.SettingType.duration;
import static dev.caravanserai.settings.SettingType.file;
import static dev.caravanserai.settings.SettingType.flag;
import static dev.caravanserai.settings.SettingType.folder;
import static dev.caravanserai.settings.SettingType.key;
import static dev.caravanserai.settings.SettingType.namespace;
import static dev.caravanserai.settings.SettingType.number;
import static dev.caravanserai.settings.SettingType.oneOf;
import static dev.caravanserai.settings.SettingType.optional;
import static dev.caravanserai.settings.SettingType.path;
import static dev.caravanserai.settings.SettingType.size;
import static dev.caravanserai.settings.SettingType.tenant;
import static dev.caravanserai.settings.SettingType.text;

import java.lang.reflect.Field;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Every setting, and the values of this process. Immutable. {@link SettingsReader} makes it from
 * the file, the environment and the system properties.
 */
public final class Settings {
  public static final Setting<Integer> PORT =
      setting("port", number(0, 65535), "8080")
          .described("Port of the HTTP API; 0 for any free one.");
  public static final Setting<String> BIND =
      setting("bind", text(), "127.0.0.1")
          .described("Address to listen on. Any but loopback needs API keys of your own.");
  public static final Setting<Path> HOME =
      setting("home", path(), "~/.caravanserai")
          .described("State folder. Each server on a machine needs its own.");
  public static final Setting<Optional<String>> API_KEY =
      secret("api-key", optional(key()))
          .described(
              "An API key of the tenant `default` with every right. Read from the environment only.");
  public static final Setting<Optional<Path>> API_KEYS_FILE =
      setting("api-keys.file", optional(file()), "")
          .described(
              "YAML or JSON list of API keys (below); other users must not be able to read it.");
  public static final Setting<ClusterKind> CLUSTER_KIND =
      setting("cluster.kind", oneOf(ClusterKind.class), "local")
          .described(
              "`local`: the embedded cluster, which runs this machine's own programs; `api`: a Kubernetes API server.");
  public static final Setting<Optional<String>> CLUSTER_NAME =
      setting("cluster.name", optional(text()), "")
          .described(
              "Name of the cluster in sessions, logs and metrics; empty: its kind. Servers of one namespace share its sessions, whatever name each has here.");
  public static final Setting<Optional<String>> CLUSTER_NAMESPACE =
      setting("cluster.namespace", optional(namespace()), "")
          .described(
              "Namespace of sessions whose profile names none; empty: `default` on a local cluster, else that of the kubeconfig's context or of the service account.");
  public static final Setting<Optional<Path>> CLUSTER_KUBECONFIG =
      setting("cluster.kubeconfig", optional(file()), "")
          .described(
              "Kubeconfig to use; empty: in-cluster credentials, then `KUBECONFIG`, then `~/.kube/config`.");
  public static final Setting<Optional<String>> CLUSTER_CONTEXT =
      setting("cluster.context", optional(text()), "")
          .described("Context of the kubeconfig; empty: its current one.");
  public static final Setting<String> CLUSTER_WARNINGS =
      setting("cluster.warnings", flag(), "false")
          .described(
              "Whether to log the cluster's warning events about sessions. Needs the right to list `events` of `events.k8s.io`.");
  public static final Setting<Duration> CLUSTER_WARNINGS_INTERVAL =
      setting("cluster.warnings-interval", between(duration(), "1s", "1d"), "60s")
          .described("How often these events are listed.");
  public static final Setting<Integer> CLUSTER_QUEUE =
      setting("cluster.queue", number(100, 1_000_000), "5000")
          .described(
              "Most requests to the cluster that may wait for each tenant; further ones are refused with `LIMIT_REACHED`.");
  public static final Setting<String> PROFILE_DEFAULT =
      setting("profile.default", text(), "default")
          .described("Profile of a request that names none.");
  public static final Setting<Path> PROFILE_FOLDER =
      setting("profile.folder", folder(), "config/profiles")
          .described(
              "Folder of profiles; a profile there replaces a shipped one of the same name.");
  public static final Setting<Duration> SESSION_TIMEOUT =
      setting("session.timeout", duration(), "3600s")
          .described("Lifetime of a session if neither its request nor its profile sets one.");
  public static final Setting<Duration> SESSION_MAX_TIMEOUT =
      setting("session.max-timeout", duration(), "86400s")
          .described("Longest lifetime of a session; not shorter than the one above.");
  public static final Setting<Duration> SESSION_START_TIMEOUT =
      setting("session.start-timeout", duration(), "300s")
          .described("How long a session may take to become ready if its profile sets no time.");
  public static final Setting<Integer> SESSION_METADATA_LIMIT =
      setting("session.metadata-limit", between(size(), "1KiB", "192KiB"), "128KiB")
          .described(
              "Largest metadata of a session, as JSON. Kubernetes allows 256 KiB of annotations in all.");
  public static final Setting<Duration> SESSION_UNSCHEDULABLE_AFTER =
      setting("session.unschedulable-after", duration(), "15s")
          .described("How long a pod may be unschedulable before its start fails.");
  public static final Setting<Duration> SESSION_FAILURE_RETENTION =
      setting("session.failure-retention", duration(), "600s")
          .described("How long a failed session can still be read.");
  public static final Setting<Duration> SESSION_STOP_TIMEOUT =
      setting("session.stop-timeout", duration(), "120s")
          .described("How long a stop with `wait=true` waits until the session is gone.");
  public static final Setting<Duration> EXEC_TIMEOUT =
      setting("exec.timeout", duration(), "600s")
          .described("Time-out of an exec whose request has none.");
  public static final Setting<Duration> EXEC_MAX_TIMEOUT =
      setting("exec.max-timeout", duration(), "86400s")
          .described("Longest time-out of an exec; not shorter than the one above.");
  public static final Setting<Integer> EXEC_OUTPUT_LIMIT =
      setting("exec.output-limit", between(size(), "16KiB", "1GiB"), "16MiB")
          .described(
              "How much of stdout and of stderr of an exec is kept, the beginning and the end; and of a log that a route reads into memory, the end.");
  public static final Setting<Integer> EXEC_MEMORY =
      setting("exec.memory", between(size(), "64KiB", "1GiB"), "256MiB")
          .described(
              "How much output is in memory, of one tenant three quarters of it: of running execs, of results until their response has been sent, or their route has ended or has the next result, and of logs that routes read into memory. Beyond it less is kept of each exec, and reading a log is a 429.");
  public static final Setting<Integer> EXEC_PARALLEL =
      setting("exec.parallel", number(1, 100_000), "512")
          .described("Most execs that run at once; further ones are refused with `LIMIT_REACHED`.");
  public static final Setting<Duration> EXEC_KILL_GRACE =
      setting("exec.kill-grace", between(duration(), "1ms", "60s"), "2s")
          .described("Time between TERM and KILL when an exec times out or is cancelled.");
  public static final Setting<Integer> THREADS =
      setting("threads", number(8, 10_000), "256")
          .described(
              "Most threads of one route for the steps after an operation, and as many on which an HTTP route of your own starts; a blocking step holds one. A request that gets none within 5 s is a 429.");
  public static final Setting<Integer> HTTP_BODY_LIMIT =
      setting("http.body-limit", size(), "32MiB").described("Largest body of a request.");
  public static final Setting<Integer> HTTP_BODY_MEMORY =
      setting("http.body-memory", size(), "256MiB")
          .described(
              "How much the bodies of all requests under way may take, those of one tenant three quarters of it; never less than twice `caravanserai.http.body-limit`. One too many is a 429.");
  public static final Setting<Duration> HTTP_RECEIVE_TIMEOUT =
      setting("http.receive-timeout", duration(), "60s")
          .described(
              "Time limit for receiving the head of a request, and again for its body; then 408.");
  public static final Setting<Duration> HTTP_IDLE_TIMEOUT =
      setting("http.idle-timeout", duration(), "120s")
          .described(
              "Time after which a connection without a further request is closed (a new one: after the receive time-out); one whose response is not read, after this time to twice this time.");
  public static final Setting<Integer> HTTP_STREAMS =
      setting("http.streams", number(1, 10_000), "200")
          .described(
              "Most responses at a time whose body is a log or a stream of a route, other than a file; of one tenant three quarters of it. A stream of a route holds a thread while its source is silent. One more is a 429.");
  public static final Setting<Duration> REAPER_INTERVAL =
      setting("reaper.interval", duration(), "500ms")
          .described("How often the reaper looks for expired sessions.");
  public static final Setting<Duration> REAPER_ORPHAN_INTERVAL =
      setting("reaper.orphan-interval", between(duration(), "1s", "1d"), "30s")
          .described("How often the reaper looks for pods that have lost their anchor.");
  public static final Setting<Path> ROUTES_FOLDER =
      setting("routes.folder", folder(), "routes")
          .described(
              "Folder of the server's own routes, API and reaper included. Another folder **replaces** them all; to add routes, give files on the command line.");
  public static final Setting<String> ROUTES_TENANT =
      setting("routes.tenant", tenant(), "default")
          .described("Tenant of routes without a caller (timer, file, …) that name none.");
  public static final Setting<Path> KAMELETS_FOLDER =
      setting("kamelets.folder", folder(), "kamelets")
          .described(
              "Folder of Kamelets, `<name>.kamelet.yaml`. One there replaces a shipped one of the same name.");

  private static final List<Setting<?>> ALL =
      Stream.of(Settings.class.getFields()).<Setting<?>>map(Settings::constant).toList();

  private final Map<String, String> texts;

  Settings(Map<String, String> texts) {
    this.texts = Map.copyOf(texts);
  }

  private static Setting<?> constant(Field field) {
    try {
      return (Setting<?>) field.get(null);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException("every public field is a setting", e);
    }
  }

  /** In the order of the documentation. */
  public static List<Setting<?>> all() {
    return ALL;
  }

  /**
   * The defaults with some values changed, which are checked like those of any other source.
   *
   * @param changes text by key
   * @throws SettingsException if one is unknown or bad
   */
  public static Settings of(Map<String, String> changes) {
    return new SettingsReader().values("given values", changes).read();
  }

  public <T> T get(Setting<T> setting) {
    return setting.parse(textOf(setting));
  }

  /** {@link #CLUSTER_NAME}, or the kind where there is none. */
  public String clusterName() {
    return get(CLUSTER_NAME).orElse(get(CLUSTER_KIND).name().toLowerCase(Locale.ROOT));
  }

  /**
   * Every value but secrets, for routes to use as <code>{{caravanserai.reaper.interval}}</code>.
   * Durations and sizes are written so that Camel reads them alike.
   *
   * @return text by key, in the order of the documentation
   */
  public Map<String, String> placeholders() {
    var result = new LinkedHashMap<String, String>();
    ALL.stream()
        .filter(setting -> !setting.secret())
        .forEach(setting -> result.put(setting.key(), setting.canonical(textOf(setting))));
    return result;
  }

  private String textOf(Setting<?> setting) {
    return texts.getOrDefault(setting.key(), setting.defaultText());
  }
}
