package org.backbonelab.kernel;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import jdk.jshell.execution.LocalExecutionControl;

/**
 * Runs snippets in this JVM, each on a thread that can be stopped, and keeps what they return.
 *
 * <p>JShell's own {@link LocalExecutionControl} turns results into text, swallows exceptions of background threads and
 * waits for threads that a snippet leaves running, so its way of invoking is replaced. What is kept of it is the check
 * that JDK 21 and later weave into every loop of a cell, by which {@link #stop()} ends code that ignores an interrupt.
 */
final class CellExecutionControl extends LocalExecutionControl {
    /** How long a cell may take to react to an interrupt before it is stopped. */
    static final long GRACE_MILLIS = 1500;

    private static final int OUT_OF_MEMORY = 3;

    private static final Method NOTHING = nothing();

    /** After this many attempts the cell is given up: better a kernel with a stray thread than one that hangs. */
    private static final int ATTEMPTS = 5;

    private volatile Invocation running;
    private Object result;
    private Throwable failure;

    /** What the last snippet returned, null if it returned nothing. */
    Object result() {
        return result;
    }

    /** What the last snippet threw, null if it ended well. */
    Throwable failure() {
        return failure;
    }

    /** Forgets the last snippet: one that does not compile is never invoked. */
    void clear() {
        result = null;
        failure = null;
    }

    /** Asks the running snippet to end, and makes it end if it does not listen; returns at once. */
    void interrupt() {
        Invocation cell = running;
        if (cell == null) {
            return;
        }
        cell.thread().interrupt();
        Thread stopper = new Thread(() -> stopUnlessDone(cell), "cell-stopper");
        stopper.setDaemon(true);
        stopper.start();
    }

    @Override
    protected String invoke(Method snippet) throws Exception {
        // Arms the woven checks; on JDK 17 it also sets an exception handler that swallows, which is replaced.
        super.invoke(NOTHING);
        Thread.setDefaultUncaughtExceptionHandler(CellExecutionControl::uncaught);
        FutureTask<Object> task = new FutureTask<>(() -> snippet.invoke(null));
        Thread cell = new Thread(task, "cell");
        // DJL finds its engine through this loader, and user code finds the classes of earlier cells.
        cell.setContextClassLoader(snippet.getDeclaringClass().getClassLoader());
        running = new Invocation(task, cell);
        cell.start();
        try {
            result = task.get();
            return "";
        } catch (ExecutionException e) {
            failure = e.getCause() instanceof InvocationTargetException thrown ? thrown.getCause() : e.getCause();
            throw new InvocationTargetException(failure);
        } catch (CancellationException e) {
            failure = new IllegalStateException("The cell cannot be stopped and runs on in the background;"
                    + " restart the kernel to be rid of it.");
            failure.setStackTrace(new StackTraceElement[0]);
            throw new InvocationTargetException(failure);
        } finally {
            running = null;
        }
    }

    /**
     * Reports what a background thread throws, and ends the JVM if memory has run out outside a cell: it may have been
     * a thread of the kernel, and a notebook must not wait for ever for a kernel that cannot answer.
     */
    private static void uncaught(Thread thread, Throwable thrown) {
        if (thrown instanceof OutOfMemoryError) {
            Runtime.getRuntime().halt(OUT_OF_MEMORY);
        }
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text, true));
        System.err.print("Exception in thread \"" + thread.getName() + "\" " + text);
    }

    private void stopUnlessDone(Invocation cell) {
        try {
            cell.thread().join(GRACE_MILLIS);
            // Again and again: the code may catch what stops it, or be in native code that must return first.
            for (int i = 0; i < ATTEMPTS && cell.thread().isAlive(); i++) {
                stop(cell.thread());
                cell.thread().join(GRACE_MILLIS);
            }
            cell.task().cancel(false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @SuppressWarnings({"removal", "deprecation"})
    private void stop(Thread cell) {
        try {
            stop();
            cell.stop();
        } catch (UnsupportedOperationException | LinkageError | EngineTerminationException | InternalException e) {
            // From JDK 20 on threads cannot be stopped; there the woven checks do it.
        }
    }

    private static Method nothing() {
        try {
            Method method = CellExecutionControl.class.getDeclaredMethod("doNothing");
            method.setAccessible(true);
            return method;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The snippet that {@link #invoke(Method)} gives the base class. */
    static void doNothing() {}

    private record Invocation(FutureTask<Object> task, Thread thread) {}
}
