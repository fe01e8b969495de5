package dev.caravanserai.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ObjectStoreTest {
  private final ObjectStore store = new ObjectStore();

  private static ObjectNode named(String namespace, String name) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.putObject("metadata").put("namespace", namespace).put("name", name);
    return node;
  }

  @Test
  void list_returns_one_namespace_or_all() {
    // Given
    store.create(Kind.POD, named("a", "x"));
    store.create(Kind.POD, named("b", "y"));
    store.create(Kind.SERVICE, named("a", "z"));

    // When
    var all = store.list(Kind.POD, Optional.empty());

    // Then
    assertThat(all).extracting(o -> o.at("/metadata/name").asText()).containsExactly("x", "y");
    assertThat(store.list(Kind.POD, Optional.of("b"))).hasSize(1);
  }

  @Test
  void update_without_a_change_makes_no_new_version() {
    // Given
    store.create(Kind.POD, named("a", "x"));
    long before = store.version();

    // When
    store.update(Kind.POD, "a", "x", o -> o);

    // Then
    assertThat(store.version()).isEqualTo(before);
  }

  @Test
  void create_with_a_taken_name_fails() {
    // Given
    store.create(Kind.POD, named("a", "x"));

    // When, Then
    assertThatThrownBy(() -> store.create(Kind.POD, named("a", "x")))
        .isInstanceOf(ApiError.class)
        .hasMessage("pods \"x\" already exists");
  }

  @Test
  void listener_gets_existing_objects_and_then_every_change_in_order() {
    // Given
    store.create(Kind.POD, named("a", "x"));
    List<String> heard = new ArrayList<>();

    // When
    store.follow(Kind.POD, 0, e -> heard.add(e.change() + " " + Json.name(e.object())));
    store.create(Kind.SERVICE, named("a", "other"));
    store.create(Kind.POD, named("a", "y"));
    store.update(Kind.POD, "a", "y", o -> o.put("seen", true));
    store.remove(Kind.POD, "a", "x");

    // Then
    assertThat(heard).containsExactly("ADDED x", "ADDED y", "MODIFIED y", "DELETED x");
  }

  @Test
  void subscription_from_a_version_no_longer_kept_fails_with_410() {
    // Given
    store.create(Kind.POD, named("a", "x"));
    long first = store.version();
    for (int i = 0; i <= ObjectStore.HISTORY_SIZE; i++) {
      int n = i;
      store.update(Kind.POD, "a", "x", o -> o.put("n", n));
    }

    // When, Then
    assertThatThrownBy(() -> store.follow(Kind.POD, first, e -> {}))
        .isInstanceOfSatisfying(ApiError.class, e -> assertThat(e.code).isEqualTo(410));
    List<Long> kept = new ArrayList<>();
    store.follow(Kind.POD, store.version() - 3, e -> kept.add(e.version())).run();
    assertThat(kept).hasSize(3);
  }
}
