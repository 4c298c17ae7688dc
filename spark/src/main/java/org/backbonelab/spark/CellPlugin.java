package org.backbonelab.spark;

import java.io.IOException;
import java.io.Serializable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.backbonelab.study.Advance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the notebook how far a cell is while an executor trains it; Spark's own results come only at a task's end. */
public final class CellPlugin implements SparkPlugin {
    private static final Logger LOG = LoggerFactory.getLogger(CellPlugin.class);
    private static final Map<String, Consumer<Advance>> LISTENERS = new ConcurrentHashMap<>();
    private static PluginContext executor;

    /** How far a cell is. */
    private record Message(String cell, double epoch, double epochs, double loss) implements Serializable {}

    /** Asks to be told how far a cell is; on the driver. */
    static void listen(String cell, Consumer<Advance> listener) {
        LISTENERS.put(cell, listener);
    }

    /** Forgets all listeners. */
    static void forget() {
        LISTENERS.clear();
    }

    /** Tells the driver how far a cell is; on an executor. */
    static void tell(String cell, Advance at) {
        PluginContext context = executor();
        if (context != null) {
            try {
                context.send(new Message(cell, at.epoch(), at.epochs(), at.loss()));
            } catch (IOException e) {
                LOG.debug("the driver is not told how far {} is", cell, e);
            }
        }
    }

    private static synchronized PluginContext executor() {
        return executor;
    }

    private static synchronized void setExecutor(PluginContext context) {
        executor = context;
    }

    @Override
    public DriverPlugin driverPlugin() {
        return new DriverPlugin() {
            @Override
            public Object receive(Object message) {
                if (message instanceof Message at) {
                    Consumer<Advance> listener = LISTENERS.get(at.cell);
                    if (listener != null) {
                        listener.accept(new Advance(at.epoch, at.epochs, at.loss));
                    }
                }
                return null;
            }
        };
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new ExecutorPlugin() {
            @Override
            public void init(PluginContext context, Map<String, String> extra) {
                setExecutor(context);
            }
        };
    }
}
