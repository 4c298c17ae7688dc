package org.backbonelab;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Data flows one way: design, section 1. */
class ArchitectureTest {
    private static final String ROOT = "org.backbonelab";

    /** Imported once for all tests of the architecture: it takes seconds. */
    static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    /** Package, and the packages that it may use besides itself and {@code io}; without those inside them. */
    private static final Map<String, List<String>> FLOW = Map.ofEntries(
            Map.entry("io", List.of()),
            Map.entry("tensor", List.of()),
            Map.entry("data.augment", List.of()),
            Map.entry("data.fetch", List.of()),
            Map.entry("data.corrupt", List.of("data.augment", "tensor")),
            Map.entry("data", List.of("data.augment", "data.corrupt", "data.fetch", "tensor")),
            Map.entry("layer", List.of("tensor")),
            Map.entry("model", List.of("layer", "tensor")),
            Map.entry("model.weights", List.of("model", "layer", "data.fetch", "tensor")),
            Map.entry("optim", List.of("layer", "tensor")),
            Map.entry("recipe", List.of("data", "data.augment", "model", "optim", "tensor")),
            Map.entry("train.objective", List.of("recipe", "data", "layer", "model", "tensor")),
            Map.entry("train.step", List.of("train.objective", "recipe", "data", "layer", "optim", "tensor")),
            Map.entry("train.checkpoint", List.of("model.weights", "tensor")),
            Map.entry(
                    "train",
                    List.of(
                            "train.objective",
                            "train.step",
                            "train.checkpoint",
                            "recipe",
                            "data",
                            "layer",
                            "model",
                            "optim",
                            "tensor")),
            Map.entry("results", List.of()),
            Map.entry(
                    "study",
                    List.of(
                            "train",
                            "train.objective",
                            "train.step",
                            "train.checkpoint",
                            "recipe",
                            "results",
                            "data",
                            "model",
                            "model.weights",
                            "optim",
                            "tensor")),
            Map.entry(
                    "measure",
                    List.of(
                            "study",
                            "train",
                            "train.objective",
                            "recipe",
                            "model",
                            "layer",
                            "data",
                            "data.corrupt",
                            "tensor")),
            Map.entry("statistics", List.of("results", "optim", "model", "tensor")),
            Map.entry("plot", List.of("results")),
            Map.entry("notebook", List.of("plot", "study", "results")));

    static Stream<String> packages() {
        return FLOW.keySet().stream().sorted();
    }

    private static String[] identifiers(Stream<String> packages) {
        return packages.map(p -> ROOT + "." + p).toArray(String[]::new);
    }

    @ParameterizedTest
    @MethodSource("packages")
    void usesOnlyWhatStandsBeforeIt(String name) {
        String[] allowed = identifiers(Stream.concat(Stream.of(name, "io"), FLOW.get(name).stream()));
        noClasses()
                .that()
                .resideInAPackage(ROOT + "." + name)
                .should()
                .dependOnClassesThat(resideInAPackage(ROOT + "..").and(resideOutsideOfPackages(allowed)))
                .check(MAIN);
    }

    @Test
    void everyClassIsAStationOfTheFlow() {
        classes()
                .should()
                .resideInAnyPackage(Stream.concat(Stream.of(ROOT), Stream.of(identifiers(packages())))
                        .toArray(String[]::new))
                .check(MAIN);
    }

    @Test
    void hasNoCycles() {
        slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void onlyTensorTouchesTheEngineBeneathDjl() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".tensor..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("ai.djl.pytorch.."))
                .check(MAIN);
    }

    @Test
    void resultsKnowRecordsOnly() {
        classes()
                .that()
                .resideInAPackage(ROOT + ".results..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                        ROOT + ".results..",
                        ROOT + ".io..",
                        "java..",
                        "com.fasterxml.jackson..",
                        "tech.tablesaw..",
                        "org.hipparchus..",
                        "org.slf4j.."))
                .check(MAIN);
    }

    /** A variable has one name, one check and one line in the table of the environment. */
    @Test
    void onlySettingsReadTheEnvironment() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ROOT + ".io.Settings")
                .should()
                .callMethod(System.class, "getenv", String.class)
                .orShould()
                .callMethod(System.class, "getenv")
                .check(MAIN);
    }
}
