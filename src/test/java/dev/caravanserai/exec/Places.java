package dev.caravanserai.exec;

import java.util.stream.Stream;
import org.junit.jupiter.api.TestInstance;

/** Where commands run: what is promised of them holds for shells here and for containers alike. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
interface Places {
  Stream<Place> places();
}
