package org.backbonelab.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.backbonelab.tensor.Torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The worked example of CONTRIBUTING.md compiles as it is printed, and does what its text says. */
class ContributingTest {
    private static final Pattern EXAMPLE = Pattern.compile("```java\n(\\s*/\\*\\* Sign descent.*?)```", Pattern.DOTALL);

    @TempDir
    Path folder;

    @Test
    void workedOptimizerCompilesAndDescendsBySignsOfItsMomentum() throws Exception {
        compile("SignDescent", example());
        try (URLClassLoader loader = new URLClassLoader(
                        new URL[] {folder.toUri().toURL()}, getClass().getClassLoader());
                NDManager manager = Torch.newManager()) {
            BaseOptimizer optimizer = (BaseOptimizer) loader.loadClass("org.backbonelab.optim.SignDescent")
                    .getConstructor(double.class, double.class)
                    .newInstance(0.25, 0.5);
            NDArray weight = manager.create(new float[] {1, -2});
            optimizer.group("exempt", 0, 1);
            optimizer.step(List.of("exempt"), List.of(weight), List.of(manager.create(new float[] {0.5f, -1})));
            assertArrayEquals(new float[] {0.75f, -1.75f}, weight.toFloatArray());
            // A tenth of the second gradient outweighs nine tenths of a tenth of the first.
            optimizer.step(List.of("exempt"), List.of(weight), List.of(manager.create(new float[] {-0.5f, 1})));
            assertArrayEquals(new float[] {1, -2}, weight.toFloatArray());
            NDArray decayed = manager.create(new float[] {8});
            optimizer.step(List.of("decayed"), List.of(decayed), List.of(manager.create(new float[] {1})));
            assertArrayEquals(new float[] {8 * (1 - 0.25f * 0.5f) - 0.25f}, decayed.toFloatArray());
        }
    }

    private static String example() throws IOException {
        String text = Files.readString(Path.of("..", "CONTRIBUTING.md"));
        Matcher found = EXAMPLE.matcher(text);
        assertTrue(found.find(), "CONTRIBUTING.md has no example of an optimizer");
        return "package org.backbonelab.optim;\nimport java.util.List;\n"
                + found.group(1).stripIndent();
    }

    private void compile(String name, String source) throws IOException {
        Path file = Files.writeString(folder.resolve(name + ".java"), source);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options =
                    List.of("-d", folder.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none");
            boolean done = compiler.getTask(messages, files, null, options, null, files.getJavaFileObjects(file))
                    .call();
            assertEquals("true", done + messages.toString());
        }
    }
}
