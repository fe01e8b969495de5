package dev.caravanserai;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Dependencies between packages go down only. */
@AnalyzeClasses(packages = "dev.caravanserai", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String ROOT = "dev.caravanserai";
  private static final String[] CAMEL = {"org.apache.camel.."};
  private static final String[] CLIENT = {"io.fabric8.kubernetes.client.."};

  @ArchTest
  static final ArchRule arrows_go_down_only =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .withOptionalLayers(true)
          .layer("main")
          .definedBy(ROOT)
          .layer("server")
          .definedBy(in("server"))
          .layer("local")
          .definedBy(in("local"))
          .layer("http")
          .definedBy(in("http"))
          .layer("component")
          .definedBy(in("component"))
          .layer("life")
          .definedBy(in("life"))
          .layer("contract")
          .definedBy(in("contract"))
          .layer("record")
          .definedBy(in("record"))
          .layer("exec")
          .definedBy(in("exec"))
          .layer("profile")
          .definedBy(in("profile"))
          .layer("cluster")
          .definedBy(in("cluster"))
          .layer("settings")
          .definedBy(in("settings"))
          .layer("session")
          .definedBy(in("session"))
          .whereLayer("main")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("server")
          .mayOnlyBeAccessedByLayers("main")
          .whereLayer("local")
          .mayOnlyBeAccessedByLayers("server")
          .whereLayer("http")
          .mayOnlyBeAccessedByLayers("server", "component")
          .whereLayer("component")
          .mayOnlyBeAccessedByLayers("server")
          .whereLayer("life")
          .mayOnlyBeAccessedByLayers("server", "component")
          .whereLayer("contract")
          .mayOnlyBeAccessedByLayers("server", "component", "http")
          .whereLayer("record")
          .mayOnlyBeAccessedByLayers("server")
          .whereLayer("exec")
          .mayOnlyBeAccessedByLayers("server", "component", "http", "record")
          .whereLayer("profile")
          .mayOnlyBeAccessedByLayers("server", "component", "life", "http", "record")
          .whereLayer("cluster")
          .mayOnlyBeAccessedByLayers(
              "server", "component", "life", "http", "record", "exec", "profile");

  @ArchTest
  static final ArchRule the_lowest_know_nothing_of_ours_and_no_camel_and_no_fabric8 =
      noClasses()
          .that()
          .resideInAnyPackage(in("session"), in("settings"))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.camel..", "io.fabric8..")
          .orShould()
          .dependOnClassesThat(
              resideInAPackage(ROOT + "..")
                  .and(not(resideInAnyPackage(in("session"), in("settings")))));

  @ArchTest
  static final ArchRule session_does_not_know_the_settings =
      noClasses()
          .that()
          .resideInAPackage(in("session"))
          .should()
          .dependOnClassesThat()
          .resideInAPackage(in("settings"));

  @ArchTest
  static final ArchRule profiles_know_the_objects_of_kubernetes_but_no_client =
      noClasses()
          .that()
          .resideInAPackage(in("profile"))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(CLIENT)
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule only_component_http_local_and_server_know_camel =
      noClasses()
          .that()
          .resideInAnyPackage(
              in("session"),
              in("settings"),
              in("contract"),
              in("cluster"),
              in("profile"),
              in("exec"),
              in("life"))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(CAMEL)
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule only_the_cluster_writes_the_index_of_sessions =
      noClasses()
          .that()
          .resideOutsideOfPackage(in("cluster"))
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName(ROOT + ".cluster.SessionCache");

  @ArchTest
  static final ArchRule values_know_no_json_schema =
      noClasses()
          .that()
          .resideInAPackage(in("session"))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.networknt..");

  @ArchTest
  static final ArchRule what_measures_drives_nothing =
      noClasses()
          .that()
          .resideInAPackage(in("component.metrics"))
          .should()
          .dependOnClassesThat(
              resideInAPackage(in("component"))
                  .and(not(resideInAPackage(in("component.metrics")))));

  @ArchTest
  static final ArchRule only_meters_know_micrometer =
      noClasses()
          .that()
          .resideOutsideOfPackages(in("component.metrics"), in("http"))
          .and()
          .doNotHaveFullyQualifiedName(ROOT + ".component.PodComponent")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.micrometer..");

  @ArchTest
  static final ArchRule the_local_cluster_knows_nothing_of_ours =
      noClasses()
          .that()
          .resideInAPackage(in("local"))
          .should()
          .dependOnClassesThat(
              resideInAPackage(ROOT + "..").and(not(resideInAPackage(in("local")))))
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule main_is_one_class_that_knows_the_server_and_the_settings =
      noClasses()
          .that()
          .resideInAPackage(ROOT)
          .should()
          .dependOnClassesThat(
              resideInAPackage(ROOT + "..")
                  .and(not(resideInAnyPackage(ROOT, in("server"), in("settings"), in("session")))));

  @ArchTest
  static final ArchRule packages_have_no_cycles =
      slices().matching(ROOT + ".(**)").should().beFreeOfCycles().allowEmptyShould(true);

  @ArchTest
  static final ArchRule names_say_the_one_job =
      noClasses()
          .should()
          .haveSimpleNameEndingWith("Manager")
          .orShould()
          .haveSimpleNameEndingWith("Helper")
          .orShould()
          .haveSimpleNameEndingWith("Util")
          .orShould()
          .haveSimpleNameEndingWith("Utils")
          .orShould()
          .haveSimpleNameEndingWith("Impl")
          .orShould()
          .haveSimpleNameEndingWith("Data");

  @ArchTest
  static final ArchRule no_static_field_can_change =
      fields().that().areStatic().should().beFinal().allowEmptyShould(true);

  private static String in(String room) {
    return ROOT + "." + room + "..";
  }
}
