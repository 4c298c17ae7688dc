package org.backbonelab.testing;

import org.backbonelab.tensor.Torch;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Gives libtorch one thread in all tests (found by the service loader): tiny tensors gain nothing from more, and two
 * test runs on one machine then do not wait for each other's threads.
 */
public final class OneThread implements BeforeAllCallback {
    private static boolean done;

    @Override
    public synchronized void beforeAll(ExtensionContext context) {
        if (!done) {
            Torch.engine();
            Torch.setThreads(1);
            done = true;
        }
    }
}
