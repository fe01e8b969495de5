package dev.caravanserai.cluster;

import dev.caravanserai.session.Failure;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Says whether and why containers have ended. Safe for use by several threads. */
public interface ContainerEnds {

  /** Why a container has ended, as far as it is known without asking; empty while it runs. */
  Optional<Failure> known(ContainerRef container);

  /** The same, after the cluster was asked; fails where it does not answer. */
  CompletionStage<Optional<Failure>> ask(ContainerRef container);
}
