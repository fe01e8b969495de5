package dev.caravanserai.profile;

import java.util.List;

/**
 * Keeps the kubelet from replacing {@code $(NAME)} in a caller's command, which has to run as it
 * was given. Kubernetes, Container v1, {@code command}: {@code $$(NAME)} stands for {@code
 * $(NAME)}.
 */
final class Verbatim {
  private Verbatim() {}

  static List<String> of(List<String> command) {
    return command.stream().map(text -> text.replaceAll("\\$(?=[$(])", "\\$\\$")).toList();
  }
}
