package org.backbonelab;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Data flows one way between the classes of a package too: design, section 1.
 *
 * <p>A class counts with those nested in it. Compiled classes do not tell whose constant they took; such a circle is
 * not found.
 */
class ClassCirclesTest {
    private static final String ROOT = ClassCirclesTest.class.getPackageName();

    static Stream<String> packages() {
        return ArchitectureTest.MAIN.stream()
                .map(JavaClass::getPackageName)
                .distinct()
                .sorted();
    }

    @ParameterizedTest
    @MethodSource("packages")
    void noClassesKnowEachOtherInACircle(String name) {
        noCirclesIn(name).check(ArchitectureTest.MAIN);
    }

    @Test
    void aPlantedCircleIsReported() {
        String planted = ROOT + ".planted";
        JavaClasses classes = new ClassFileImporter().importPackages(planted);
        List<String> reports =
                noCirclesIn(planted).evaluate(classes).getFailureReport().getDetails();
        assertEquals(1, reports.size(), () -> String.join("\n", reports));
        assertTrue(reports.get(0).contains("Egg -> \n"), reports.get(0));
    }

    private static ArchRule noCirclesIn(String packageName) {
        return slices().assignedFrom(new TopLevelClasses(packageName))
                .should()
                .beFreeOfCycles()
                // A package may hold nothing but its description.
                .allowEmptyShould(true);
    }

    /** A slice a class of one package; classes of other packages are in none. */
    private record TopLevelClasses(String packageName) implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
            return javaClass.getPackageName().equals(packageName)
                    ? SliceIdentifier.of(javaClass.getName().replaceFirst("\\$.*", ""))
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "classes of " + packageName;
        }
    }
}
