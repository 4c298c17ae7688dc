package org.backbonelab.plot;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/** Shows HTML in a frame of a real browser, for tests of what a notebook's page does. */
public final class TestPage {
    private TestPage() {}

    /**
     * What a script comes to once a condition on the page, both seen from its {@code window}, holds; empty where there
     * is no browser.
     */
    public static Optional<String> evaluate(String html, String condition, String script)
            throws IOException, InterruptedException, TimeoutException {
        Optional<String> command = StaticImage.command();
        if (command.isEmpty()) {
            return Optional.empty();
        }
        Duration limit = Duration.ofSeconds(20);
        try (Browser browser = new Browser(command.get(), limit)) {
            String wait = "new Promise(done => { const frame = document.createElement('iframe');"
                    + " frame.style = 'width:900px;height:900px'; frame.srcdoc = " + PlotlyJson.write(html) + ";"
                    + " document.body.append(frame);"
                    + " setInterval(() => { const window = frame.contentWindow, document = window.document;"
                    + " if (" + condition + ") done(String(" + script + ")); }, 50); })";
            return Optional.of(browser.evaluate(wait, limit));
        }
    }
}
