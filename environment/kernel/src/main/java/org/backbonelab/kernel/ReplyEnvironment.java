package org.backbonelab.kernel;

import io.github.spencerpark.jupyter.channels.IOPubChannel;
import io.github.spencerpark.jupyter.channels.ShellChannel;
import io.github.spencerpark.jupyter.channels.ShellReplyEnvironment;
import io.github.spencerpark.jupyter.channels.StdinChannel;
import io.github.spencerpark.jupyter.messages.Message;
import io.github.spencerpark.jupyter.messages.MessageContext;
import io.github.spencerpark.jupyter.messages.publish.PublishStream;
import io.github.spencerpark.jupyter.messages.publish.PublishStream.StreamType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Sends what one request brings about.
 *
 * <p>Differs from the base class in two ways. Messages go out on the publisher thread: a cell's thread may be
 * interrupted or stopped at any moment, and an interrupt inside JeroMQ closes its internal pipe and with it the output
 * of the whole session. And printed text is gathered for a moment: one message per print would make a loop that prints
 * outrun any client.
 */
final class ReplyEnvironment extends ShellReplyEnvironment {
    /** Short enough to look live. */
    private static final long GATHER_MILLIS = 20;

    private final ScheduledExecutorService publisher;
    private final List<Printed> printed = new ArrayList<>();

    ReplyEnvironment(
            ShellChannel shell,
            StdinChannel stdin,
            IOPubChannel iopub,
            MessageContext context,
            ScheduledExecutorService publisher) {
        super(shell, stdin, iopub, context);
        this.publisher = publisher;
    }

    @Override
    public void publish(Message<?> message) {
        await(publisher.submit(() -> {
            sendPrinted();
            getIopub().sendMessage(message);
        }));
    }

    @Override
    public void writeToStdOut(String text) {
        print(StreamType.OUT, text);
    }

    @Override
    public void writeToStdErr(String text) {
        print(StreamType.ERR, text);
    }

    /** The base class defers the message itself; here it must be handed over when its turn has come. */
    @Override
    public void setBusyDeferIdle() {
        setStatusBusy();
        defer(this::setStatusIdle);
    }

    private void print(StreamType stream, String text) {
        synchronized (printed) {
            if (printed.isEmpty() || printed.get(printed.size() - 1).stream() != stream) {
                printed.add(new Printed(stream, new StringBuilder()));
                @SuppressWarnings("unused") // nobody waits for it
                Future<?> later = publisher.schedule(this::sendPrinted, GATHER_MILLIS, TimeUnit.MILLISECONDS);
            }
            printed.get(printed.size() - 1).text().append(text);
        }
    }

    /** Runs on the publisher thread. */
    private void sendPrinted() {
        List<Printed> batch;
        synchronized (printed) {
            batch = List.copyOf(printed);
            printed.clear();
        }
        for (Printed part : batch) {
            PublishStream content = new PublishStream(part.stream(), part.text().toString());
            getIopub().sendMessage(new Message<>(getContext(), PublishStream.MESSAGE_TYPE, content));
        }
    }

    /** Waiting keeps a loop that displays from filling the memory, and the caller's data from changing too soon. */
    private static void await(Future<?> sent) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    sent.get();
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw new IllegalArgumentException("Jupyter cannot show this: " + e.getCause(), e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private record Printed(StreamType stream, StringBuilder text) {}
}
