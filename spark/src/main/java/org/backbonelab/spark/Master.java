package org.backbonelab.spark;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;

/** Where masters of a cluster should be; Spark itself tries for a minute before it gives up. */
final class Master {
    private static final String STANDALONE = "spark://";
    private static final int PATIENCE_MILLIS = 5000;

    private Master() {}

    /**
     * Checks that somebody listens, where the master is another process.
     *
     * @throws IllegalStateException if nobody does
     */
    static void check(String master) {
        if (!master.startsWith(STANDALONE)) {
            return;
        }
        String[] places = master.substring(STANDALONE.length()).split(",", -1);
        if (Arrays.stream(places).noneMatch(Master::listens)) {
            throw new IllegalStateException("no Spark master listens at " + String.join(", ", places)
                    + "; start one (environment/cluster.sh start), or correct BACKBONELAB_RUNNER");
        }
    }

    private static boolean listens(String place) {
        int colon = place.lastIndexOf(':');
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(place.substring(0, colon), Integer.parseInt(place.substring(colon + 1))),
                    PATIENCE_MILLIS);
            return true;
        } catch (IOException | IllegalArgumentException e) {
            return false;
        }
    }
}
