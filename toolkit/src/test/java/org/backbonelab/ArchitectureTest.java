package org.backbonelab;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
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

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    /** Package, and the packages it may use besides itself. */
    private static final Map<String, List<String>> FLOW = Map.ofEntries(
            Map.entry("tensor", List.of()),
            Map.entry("data", List.of("tensor")),
            Map.entry("layer", List.of("tensor")),
            Map.entry("model", List.of("layer", "tensor")),
            Map.entry("optim", List.of("tensor")),
            Map.entry("train", List.of("data", "layer", "model", "optim", "tensor")),
            Map.entry("results", List.of()),
            Map.entry("study", List.of("data", "model", "optim", "train", "results", "tensor", "layer")),
            Map.entry("measure", List.of("study", "train", "model", "layer", "data", "tensor")),
            Map.entry("statistics", List.of("results", "optim", "model", "tensor")),
            Map.entry("plot", List.of("results")),
            Map.entry("notebook", List.of("plot", "study", "results")));

    static Stream<String> packages() {
        return FLOW.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("packages")
    void usesOnlyWhatStandsBeforeIt(String name) {
        String[] forbidden = Stream.concat(
                        Stream.of(ROOT),
                        FLOW.keySet().stream()
                                .filter(other ->
                                        !other.equals(name) && !FLOW.get(name).contains(other))
                                .map(other -> ROOT + "." + other + ".."))
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(ROOT + "." + name + "..")
                .should()
                .dependOnClassesThat(resideInAnyPackage(forbidden))
                .allowEmptyShould(true)
                .check(MAIN);
    }

    @Test
    void everyClassIsAStationOfTheFlow() {
        String[] known = Stream.concat(Stream.of(ROOT), packages().map(p -> ROOT + "." + p + ".."))
                .toArray(String[]::new);
        classes().should().resideInAnyPackage(known).check(MAIN);
    }

    @Test
    void hasNoCycles() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(MAIN);
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
                        "java..",
                        "com.fasterxml.jackson..",
                        "tech.tablesaw..",
                        "org.hipparchus.."))
                .check(MAIN);
    }
}
