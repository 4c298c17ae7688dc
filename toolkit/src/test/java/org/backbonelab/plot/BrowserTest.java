package org.backbonelab.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class BrowserTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @Test
    void aBrowserThatCannotStartIsAnErrorAtOnce() {
        long start = System.nanoTime();
        IOException error = assertThrows(IOException.class, () -> new Browser("/no/such/browser", LIMIT));
        assertEquals("/no/such/browser ended before it listened", error.getMessage());
        assertTrue(System.nanoTime() - start < 10_000_000_000L, "without waiting for the time-out");
    }

    @Test
    void scriptsHaveATimeLimitAndTheirErrorsAreTold() throws Exception {
        Optional<String> command = StaticImage.command();
        Assumptions.assumeTrue(command.isPresent(), "no Chromium on the PATH");
        try (Browser browser = new Browser(command.get(), LIMIT)) {
            assertThrows(
                    TimeoutException.class, () -> browser.evaluate("new Promise(() => {})", Duration.ofMillis(300)));
            IOException error = assertThrows(IOException.class, () -> browser.evaluate("nothing.here", LIMIT));
            assertTrue(error.getMessage().contains("nothing is not defined"), error.getMessage());
            assertEquals("2.35.3", browser.evaluate("Plotly.version", LIMIT), "and the page goes on");
        }
    }
}
