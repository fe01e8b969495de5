package dev.caravanserai.cluster;

import dev.caravanserai.session.Failure;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Says whether and why containers have ended. Safe for use by several threads. */
public interface ContainerEnds {

  /** Why a container has ended, as far as the watches know; empty while it runs. */
  Optional<Failure> known(ContainerRef container);

  /** The same after a request to the cluster; fails if that does not answer. */
  CompletionStage<Optional<Failure>> ask(ContainerRef container);
}
