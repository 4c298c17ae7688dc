package org.backbonelab.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ClientWatchTest {
    /** A kernel that would run for a minute. */
    static final class Kernel {
        private Kernel() {}

        public static void main(String[] args) throws InterruptedException {
            ClientWatch.start();
            ClientWatch.start();
            System.out.println("runs");
            Thread.sleep(60_000);
        }
    }

    private static Process kernel(String client) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        ProcessBuilder builder =
                new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), Kernel.class.getName());
        builder.environment().put("JPY_PARENT_PID", client);
        Process process = builder.start();
        assertEquals("runs", process.inputReader().readLine());
        return process;
    }

    @Test
    void aKernelEndsSoonAfterItsClient() throws IOException, InterruptedException {
        Process client = new ProcessBuilder("sleep", "60").start();
        Process kernel = kernel(String.valueOf(client.pid()));
        try {
            assertFalse(kernel.waitFor(1200, TimeUnit.MILLISECONDS), "ended before its client");
            client.destroyForcibly();
            assertTrue(kernel.waitFor(5, TimeUnit.SECONDS), "outlives its client");
        } finally {
            client.destroyForcibly();
            kernel.destroyForcibly();
        }
    }

    @Test
    void aKernelWhoseClientIsNoProcessHereRuns() throws IOException, InterruptedException {
        for (String client : new String[] {"", "handle", "99999999999", "4194999"}) {
            Process kernel = kernel(client);
            try {
                assertFalse(kernel.waitFor(200, TimeUnit.MILLISECONDS), client);
            } finally {
                kernel.destroyForcibly();
            }
        }
    }
}
