package org.backbonelab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The imports that kernels make before the first cell. */
class ImportsTest {
    /** What JShell's start-up script, IJava and JJava import themselves. */
    private static final List<String> KERNELS = List.of(
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

    /** Names of other libraries that cells use, besides all of the toolkit. */
    private static final List<String> OTHERS =
            List.of("BufferedImage", "Collectors", "DoubleColumn", "List", "Map", "Path", "Row", "Table");

    @TempDir
    Path folder;

    private static List<String> imports() throws IOException {
        return Files.readAllLines(Path.of("..", "environment", "imports.jsh")).stream()
                .filter(line -> line.startsWith("import "))
                .toList();
    }

    /** The public classes of the packages that are imported. */
    private static List<String> toolkit(List<String> imports) throws IOException {
        List<String> names = new ArrayList<>();
        for (String line : imports) {
            if (line.startsWith("import org.backbonelab.")) {
                Path sources = Path.of(
                        "src/main/java", line.replaceAll("import |\\.\\*;", "").replace('.', '/'));
                try (Stream<Path> files = Files.list(sources)) {
                    for (Path file : files.filter(Files::isRegularFile).toList()) {
                        String name = file.getFileName().toString().replace(".java", "");
                        if (Files.readString(file).matches("(?s).*\npublic [a-z ]*" + name + "\\b.*")) {
                            names.add(name);
                        }
                    }
                }
            }
        }
        assertTrue(names.contains("Study") && names.contains("Row"), names.toString());
        return names;
    }

    @Test
    void noNameIsAmbiguous() throws IOException {
        List<String> imports = imports();
        String defaults = KERNELS.stream().map(p -> "import " + p + ".*;\n").collect(Collectors.joining());
        String uses = Stream.concat(toolkit(imports).stream(), OTHERS.stream())
                .map(name -> "Class<?> " + name.toLowerCase(java.util.Locale.ROOT) + name.length() + " = " + name
                        + ".class; ")
                .distinct()
                .collect(Collectors.joining("\n"));
        String source = defaults + String.join("\n", imports) + "\nclass Cell {\n" + uses + "}";
        JavaFileObject file = new SimpleJavaFileObject(URI.create("string:///Cell.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreErrors) {
                return source;
            }
        };
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        List<String> options = List.of("-proc:none", "-d", folder.toString());
        assertTrue(
                compiler.getTask(messages, null, null, options, null, List.of(file))
                        .call(),
                messages.toString());
    }

    @Test
    void theCellsOfTheNotebooksImportNothingElse() throws IOException {
        List<String> known = imports();
        try (Stream<Path> notebooks = Files.list(Path.of("..", "notebooks"))) {
            for (Path notebook :
                    notebooks.filter(p -> p.toString().endsWith(".ipynb")).toList()) {
                for (String line : Files.readAllLines(notebook)) {
                    String text = line.strip().replaceAll("^\"|(\\\\n)?\",?$", "");
                    // A cell that writes a network of its own with DJL's blocks imports those itself.
                    if (text.matches(
                            "import (static )?(?!ai\\.djl\\.nn\\.|ai\\.djl\\.ndarray\\.types\\.)[\\w.]+(\\.\\*)?;")) {
                        assertEquals(true, known.contains(text), notebook.getFileName() + ": " + text);
                    }
                }
            }
        }
    }
}
