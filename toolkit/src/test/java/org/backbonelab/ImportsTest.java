package org.backbonelab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The imports that kernels make before the first cell. */
class ImportsTest {
    /** What JShell's start-up script, IJava and JJava import themselves. */
    private static final List<String> KERNELS = List.of(
            "java.lang",
            "java.io",
            "java.math",
            "java.net",
            "java.nio",
            "java.nio.file",
            "java.util",
            "java.util.concurrent",
            "java.util.function",
            "java.util.prefs",
            "java.util.regex",
            "java.util.stream");

    private static List<String> imported() throws IOException {
        return Files.readAllLines(Path.of("..", "environment", "imports.jsh")).stream()
                .filter(line -> line.startsWith("import ") && !line.startsWith("import static"))
                .map(line -> line.substring("import ".length(), line.indexOf(';')))
                .toList();
    }

    @Test
    void noNameMeansTwoClasses() throws IOException {
        Set<String> single = new TreeSet<>();
        Set<String> packages = new TreeSet<>(KERNELS);
        for (String name : imported()) {
            if (name.endsWith(".*")) {
                packages.add(name.substring(0, name.length() - 2));
            } else {
                single.add(name.substring(name.lastIndexOf('.') + 1));
            }
        }
        Map<String, Set<String>> owners = new TreeMap<>();
        ClassFileImporter importer = new ClassFileImporter();
        for (String name : packages) {
            List<JavaClass> classes = importer.importPackages(name).stream()
                    .filter(c -> c.getPackageName().equals(name) && c.isTopLevelClass())
                    .toList();
            assertFalse(classes.isEmpty(), name + " has no class");
            classes.forEach(c -> owners.computeIfAbsent(c.getSimpleName(), n -> new TreeSet<>())
                    .add(name));
        }
        owners.keySet().removeAll(single);
        owners.values().removeIf(set -> set.size() == 1);
        assertEquals(Map.of(), owners);
    }

    @Test
    void theCellsOfTheNotebooksImportNothingElse() throws IOException {
        List<String> known = imported();
        try (Stream<Path> notebooks = Files.list(Path.of("..", "notebooks"))) {
            for (Path notebook :
                    notebooks.filter(p -> p.toString().endsWith(".ipynb")).toList()) {
                for (String line : Files.readAllLines(notebook)) {
                    String text = line.strip().replaceAll("^\"|(\\\\n)?\",?$", "");
                    if (text.matches("import [\\w.]+(\\.\\*)?;")) {
                        String name = text.substring("import ".length(), text.length() - 1);
                        assertEquals(true, known.contains(name), notebook.getFileName() + ": " + name);
                    }
                }
            }
        }
    }
}
