package org.backbonelab.spark;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;

/**
 * Counts executors as they come and go, and the cells that they train; losses since the connection was made, as a study runs
 * its seeds one lot after the other.
 */
final class Machines extends SparkListener {
    private final Map<String, String> hosts = new HashMap<>();
    private final Set<Long> running = new HashSet<>();
    private int lost;
    private int takenUp;

    @Override
    public synchronized void onExecutorAdded(SparkListenerExecutorAdded event) {
        hosts.put(event.executorId(), event.executorInfo().executorHost());
    }

    @Override
    public synchronized void onExecutorRemoved(SparkListenerExecutorRemoved event) {
        if (hosts.remove(event.executorId()) != null) {
            lost++;
        }
    }

    @Override
    public synchronized void onTaskStart(SparkListenerTaskStart event) {
        running.add(event.taskInfo().taskId());
        takenUp += event.taskInfo().attemptNumber() > 0 ? 1 : 0;
    }

    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd event) {
        running.remove(event.taskInfo().taskId());
    }

    /** Returns it all on a line. */
    synchronized String text() {
        if (hosts.isEmpty()) {
            return "waiting for an executor" + losses();
        }
        int machines = new HashSet<>(hosts.values()).size();
        return hosts.size() + (hosts.size() == 1 ? " executor" : " executors") + " on " + machines
                + (machines == 1 ? " machine, " : " machines, ") + running.size() + " in training" + losses();
    }

    private String losses() {
        return (lost == 0 ? "" : ", " + lost + " lost")
                + (takenUp == 0 ? "" : ", " + takenUp + (takenUp == 1 ? " cell" : " cells") + " taken up again");
    }
}
