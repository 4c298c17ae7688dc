package org.backbonelab.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.backbonelab.study.Advance;
import org.backbonelab.study.Progress;
import org.junit.jupiter.api.Test;

class LiveProgressTest {
    private static String text(JsonNode data) {
        return data.path("text/plain").asText();
    }

    @Test
    void oneOutputTellsCountsTimesAndTheLastResult() {
        AtomicLong seconds = new AtomicLong(100);
        try (RecordingKernel kernel = new RecordingKernel()) {
            Progress progress = new LiveProgress("bocb", () -> Duration.ofSeconds(seconds.get()));
            progress.started(10, 4, 0);
            seconds.addAndGet(30);
            progress.finished(5, 10, "vit + <lion>", "DIVERGED", Duration.ofSeconds(30));
            progress.ended();
            List<JsonNode> data =
                    kernel.sent.stream().map(RecordingKernel.Sent::data).toList();
            assertEquals("display_data", kernel.sent.get(0).type());
            assertEquals("update_display_data", kernel.sent.get(2).type());
            assertTrue(text(data.get(0)).contains("4 / 10 cells (4 read back, 0 trained, 0 diverged)"));
            assertTrue(text(data.get(1)).contains("5 / 10 cells (4 read back, 1 trained, 1 diverged)"));
            assertTrue(text(data.get(1)).contains("30 s spent, about 2 min 30 s left"), text(data.get(1)));
            assertTrue(text(data.get(1)).endsWith("last vit + <lion>: DIVERGED (30 s)"), text(data.get(1)));
            String html = data.get(1).path("text/html").asText();
            assertTrue(html.contains("width:50%") && html.contains("vit + &lt;lion&gt;"), html);
            assertTrue(text(data.get(2)).contains("stopped with 5 cells to go after 30 s"), text(data.get(2)));
        }
    }

    @Test
    void whatIsInTrainingShowsItsEpochLossAndTimeLeftUntilItIsDone() {
        AtomicLong seconds = new AtomicLong(100);
        try (RecordingKernel kernel = new RecordingKernel()) {
            Progress progress = new LiveProgress("bocb", () -> Duration.ofSeconds(seconds.get()));
            progress.started(2, 0, 0);
            progress.training("vit <a>", new Advance(1, 10, 2.3));
            seconds.addAndGet(30);
            progress.training("vit <a>", new Advance(4, 10, 1.23456));
            progress.training("mixer", new Advance(2, 10, Double.NaN));
            progress.finished(1, 2, "vit <a>", "50.0 %", Duration.ofSeconds(60));
            List<String> html = kernel.sent.stream()
                    .map(sent -> sent.data().path("text/html").asText())
                    .toList();
            assertTrue(html.get(1).contains("vit &lt;a&gt;: epoch 1.0 of 10, loss 2.3<"), html.get(1));
            assertTrue(html.get(1).contains("known when the first cell is well under way"), html.get(1));
            assertTrue(html.get(2).contains("epoch 4.0 of 10, loss 1.235, about 1 min 0 s left"), html.get(2));
            // Three tenths of a cell in 30 s, and 1.7 cells to go.
            assertTrue(html.get(2).contains("30 s spent, about 2 min 50 s left"), html.get(2));
            assertTrue(html.get(3).contains("mixer: epoch 2.0 of 10, loss –"), html.get(3));
            assertFalse(html.get(4).contains("epoch 4.0"), html.get(4));
            assertTrue(html.get(4).contains("mixer: epoch 2.0"), html.get(4));
        }
    }

    @Test
    void whatBecameOfTheMachinesIsALineThatIsReplaced() {
        try (RecordingKernel kernel = new RecordingKernel()) {
            Progress progress = new LiveProgress("bocb");
            progress.started(2, 0, 0);
            progress.machines("2 executors <a>");
            progress.machines("1 executor, 1 lost");
            progress.ended();
            JsonNode data = kernel.sent.get(3).data();
            String html = data.path("text/html").asText();
            assertTrue(html.contains("<br>1 executor, 1 lost<") && !html.contains("2 executors"), html);
            assertTrue(text(data).endsWith("; 1 executor, 1 lost"), text(data));
            assertTrue(kernel.sent.get(1).data().path("text/html").asText().contains("2 executors &lt;a&gt;"));
        }
    }

    @Test
    void aStudyWithNothingToTrainEndsWithoutTimes() {
        try (RecordingKernel kernel = new RecordingKernel()) {
            Progress progress = new LiveProgress("sam");
            progress.started(3, 2, 1);
            progress.readBack(1, 1, 3);
            progress.ended();
            assertEquals(
                    "sam [##############################] 3 / 3 cells (3 read back, 0 trained, 2 diverged), done",
                    text(kernel.sent.get(2).data()));
        }
    }

    /** Cells beyond the edge of a grid come after the start, and may be finished too. */
    @Test
    void totalGrowsWithWhatIsReadBack() {
        try (RecordingKernel kernel = new RecordingKernel()) {
            Progress progress = new LiveProgress("bocb");
            progress.started(3, 3, 0);
            progress.readBack(2, 0, 5);
            progress.ended();
            String text = text(kernel.sent.get(2).data());
            assertTrue(text.contains("5 / 5 cells (5 read back, 0 trained, 0 diverged), done"), text);
        }
    }

    /** The end is told in a finally clause: an exception here would hide the one that ended the study. */
    @Test
    void aStudyThatFailsBeforeItStartsShowsNothing() {
        try (RecordingKernel kernel = new RecordingKernel()) {
            new LiveProgress("bocb").ended();
            assertEquals(0, kernel.sent.size());
        }
    }

    @Test
    void timesAreReadable() {
        assertEquals("0 s", LiveProgress.readable(Duration.ofMillis(400)));
        assertEquals("1 min 5 s", LiveProgress.readable(Duration.ofSeconds(65)));
        assertEquals("2 h 1 min", LiveProgress.readable(Duration.ofSeconds(7290)));
    }
}
