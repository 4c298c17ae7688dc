package org.backbonelab.study;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.backbonelab.data.fetch.DataException;
import org.backbonelab.io.DiskFullException;
import org.backbonelab.io.Messages;
import org.backbonelab.results.RowStore;

/** The inside of a worker process: reads tasks, a line each, does them, answers with a line each. */
public final class WorkerLoop {
    private WorkerLoop() {}

    /**
     * Serves until the input ends, then ends the process; a cell in training finishes its batch and writes its
     * checkpoint.
     *
     * @param measures all that cells may ask for
     */
    public static void serve(InputStream in, PrintStream out, RowStore store, List<Measure> measures)
            throws InterruptedException {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        Thread reader = new Thread(() -> read(in, lines), "backbonelab-stdin");
        reader.setDaemon(true);
        reader.start();
        // The log may be on the disk that is full.
        DiskRoom.tell(text -> {
            out.println(Worker.NOTE + Messages.line(text));
            out.flush();
        });
        CellTrainer trainer = new CellTrainer(measures);
        while (true) {
            String line = lines.take();
            try {
                Task task = Task.parse(line);
                trainer.complete(task, store, at -> {
                    out.println(Worker.AT + at.text());
                    out.flush();
                });
                out.println(Worker.DONE + task.cell().id());
            } catch (IllegalArgumentException | DataException e) {
                out.println(Worker.FAILED + Messages.line(String.valueOf(e.getMessage())));
            } catch (DiskFullException e) {
                out.println(Worker.FULL + Messages.line(e.getMessage()));
            }
            out.flush();
        }
    }

    private static void read(InputStream in, BlockingQueue<String> lines) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            // A broken pipe means what the end of the input means: the parent is gone.
        }
        System.exit(0);
    }
}
