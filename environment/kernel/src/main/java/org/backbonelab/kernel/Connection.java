package org.backbonelab.kernel;

import io.github.spencerpark.jupyter.channels.JupyterConnection;
import io.github.spencerpark.jupyter.channels.JupyterSocket;
import io.github.spencerpark.jupyter.channels.Loop;
import io.github.spencerpark.jupyter.channels.ShellChannel;
import io.github.spencerpark.jupyter.channels.ShellReplyEnvironment;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import io.github.spencerpark.jupyter.messages.MessageContext;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** The base kernel's connection with one thread that does all the publishing, and loops that outlive a bad message. */
final class Connection extends JupyterConnection {
    private static final long PAUSE_MILLIS = 50;

    private final ScheduledExecutorService publisher = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "publisher");
        thread.setDaemon(true);
        return thread;
    });

    Connection(KernelConnectionProperties properties) throws NoSuchAlgorithmException, InvalidKeyException {
        super(properties);
        // By default a client that is slow to read loses messages, among them the one that says the cell has ended.
        iopub.setSndHWM(0);
    }

    /**
     * Connects. The base kernel's loops end at the first message that is not signed with this connection's key, so that
     * whoever reaches the port could stop a run; here such a message is passed over. The base class keeps its loops to
     * itself, but they are threads.
     */
    @Override
    public void connect() {
        super.connect();
        Thread.getAllStackTraces().keySet().stream()
                .filter(Loop.class::isInstance)
                .forEach(loop -> ((Loop) loop).onError(Connection::passOver));
    }

    /** Returns after how many milliseconds the loop goes on; what is wrong with the JVM itself is not passed over. */
    private static long passOver(Throwable reason) {
        if (reason instanceof Error error) {
            throw error;
        }
        JupyterSocket.JUPYTER_LOGGER.warning("a message was passed over: " + reason.getMessage());
        return PAUSE_MILLIS;
    }

    @Override
    public ShellReplyEnvironment prepareReplyEnv(ShellChannel shell, MessageContext context) {
        return new ReplyEnvironment(shell, stdin, iopub, context, publisher);
    }
}
