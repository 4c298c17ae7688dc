package org.backbonelab.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class BackgroundTest {
    /** The 19th field; the second is a name in brackets that may hold spaces. */
    private static int nice() throws IOException {
        String stat = Files.readString(Path.of("/proc/thread-self/stat"));
        return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[16]);
    }

    @Test
    void stepsBackTheCallingThreadAlone() throws IOException, InterruptedException, ExecutionException {
        int before = nice();
        FutureTask<Integer> there = new FutureTask<>(() -> {
            Background.yieldToTraining();
            return nice();
        });
        Thread thread = new Thread(there);
        thread.start();
        assertEquals(Math.max(10, before), there.get());
        thread.join();
        assertEquals(before, nice());
    }
}
