package org.backbonelab.kernel;

import io.github.spencerpark.jupyter.channels.JupyterConnection;
import io.github.spencerpark.jupyter.channels.JupyterSocket;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Starts the kernel.
 *
 * <p>Arguments are the connection file that Jupyter writes for every kernel it starts, and scripts that are run before
 * the first cell.
 */
public final class Main {
    private Main() {}

    /** Runs until Jupyter asks for shutdown or the parent process is gone. */
    public static void main(String[] args) throws Exception {
        if (args.length == 0) {
            System.err.println("usage: java ... org.backbonelab.kernel.Main <Jupyter connection file> [<script>]...");
            System.exit(2);
        }
        ParentWatch.start(System.getenv("JPY_PARENT_PID"));
        quietLogs();
        KernelConnectionProperties properties = KernelConnectionProperties.parse(Files.readString(Path.of(args[0])));
        JavaKernel kernel = new JavaKernel();
        for (String script : Arrays.asList(args).subList(1, args.length)) {
            kernel.runStartup(Path.of(script));
        }
        JupyterConnection connection = new Connection(properties);
        kernel.becomeHandlerForConnection(connection);
        connection.connect();
        connection.waitUntilClose();
        System.exit(0);
    }

    /** The base kernel logs every message at INFO, which Jupyter would show on the terminal. */
    private static void quietLogs() {
        JupyterSocket.JUPYTER_LOGGER.setLevel(Level.WARNING);
        for (Handler handler : Logger.getLogger("").getHandlers()) {
            handler.setFilter(
                    log -> log.getLoggerName() == null || !log.getLoggerName().startsWith("Loop-"));
        }
    }
}
