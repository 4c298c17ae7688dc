package org.backbonelab.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.data.augment.Pixels;
import org.backbonelab.data.fetch.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LoaderTest {
    private static final int COUNT = 53;
    private static final int BATCH = 8;
    private static final int STEPS = 20;
    private static final Images IMAGES = Images.synthetic(COUNT, 3, 16, 10, 4);
    private static final Dataset DATASET = Datasets.of("images", IMAGES, IMAGES);

    private static Batches batches(ImageSource images) {
        return new Batches(new Split(DATASET, images, images, images), Augmentation.DEIT, 3);
    }

    private static List<Batch> drain(Loader loader, int count) {
        List<Batch> out = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            out.add(loader.next());
        }
        return out;
    }

    private static void assertSameBatches(List<Batch> expected, List<Batch> found) {
        assertEquals(expected.size(), found.size());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i).labels(), found.get(i).labels());
            assertArrayEquals(expected.get(i).pixels(), found.get(i).pixels());
            assertArrayEquals(expected.get(i).targets(), found.get(i).targets());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 5, 30})
    void bitsDoNotDependOnTheNumberOfWorkers(int workers) {
        Batches batches = batches(IMAGES);
        int perEpoch = batches.perEpoch(BATCH);
        List<Batch> expected = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            expected.add(batches(IMAGES).train(step / perEpoch, step % perEpoch, BATCH));
        }
        try (Loader loader = new Loader(batches, BATCH, 0, STEPS, workers)) {
            assertSameBatches(expected, drain(loader, STEPS));
            assertThrows(NoSuchElementException.class, loader::next);
        }
    }

    @Test
    void startsAgainAnywhereAsIfItHadNeverStopped() {
        List<Batch> whole = drain(new Loader(batches(IMAGES), BATCH, 0, STEPS, 2), STEPS);
        for (int stop = 0; stop < STEPS; stop += 3) {
            try (Loader loader = new Loader(batches(IMAGES), BATCH, stop, STEPS - stop, 2)) {
                assertSameBatches(whole.subList(stop, STEPS), drain(loader, STEPS - stop));
            }
        }
    }

    /** Reads from the images, until one index is to fail. */
    private static class Failing implements View {
        private final int bad;
        private final RuntimeException failure;

        Failing(int bad, RuntimeException failure) {
            this.bad = bad;
            this.failure = failure;
        }

        @Override
        public ImageSource source() {
            return IMAGES;
        }

        @Override
        public void read(int index, Pixels into) {
            if (index == bad) {
                throw failure;
            }
            IMAGES.read(index, into);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void failureOfAWorkerReachesTheCallerAtItsStep(int workers) {
        int bad = new Sampler(COUNT, 1, 3).order(0)[3 * BATCH + 1];
        DataException failure = new DataException("photo.jpg: broken");
        Failing images = new Failing(bad, failure);
        Batches batches = new Batches(new Split(DATASET, images, images, images), Augmentation.FLIP, 3);
        try (Loader loader = new Loader(batches, BATCH, 0, STEPS, workers)) {
            drain(loader, 3);
            assertSame(failure, assertThrows(DataException.class, loader::next));
            assertThrows(RuntimeException.class, loader::next, "a failed loader must not go on with a later batch");
        }
    }

    @Test
    void noThreadIsLeftAfterClose() {
        Loader loader = new Loader(batches(IMAGES), BATCH, 0, 1_000_000, 3);
        loader.next();
        List<Thread> workers = workers();
        assertTrue(workers.size() >= 3, workers.toString());
        assertTrue(workers.stream().allMatch(Thread::isDaemon), "a worker must not keep the JVM alive");
        loader.close();
        assertEquals(0, workers.stream().filter(Thread::isAlive).count());
        assertThrows(IllegalStateException.class, loader::next);
        loader.close();
    }

    private static List<Thread> workers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().startsWith("backbonelab-data"))
                .toList();
    }

    @Test
    void doesNotRunFarAhead() throws InterruptedException {
        AtomicInteger reads = new AtomicInteger();
        ImageSource counting = counting(reads);
        Batches batches = new Batches(new Split(DATASET, counting, counting, counting), Augmentation.NONE, 3);
        try (Loader loader = new Loader(batches, BATCH, 0, 1_000_000, 2)) {
            loader.next();
            int last = -1;
            while (reads.get() != last) {
                last = reads.get();
                Thread.sleep(200);
            }
            assertTrue(last <= 4 * BATCH, last + " images read after one batch of " + BATCH);
        }
    }

    private static ImageSource counting(AtomicInteger reads) {
        return new Failing(-1, null) {
            @Override
            public void read(int index, Pixels into) {
                reads.incrementAndGet();
                IMAGES.read(index, into);
            }
        };
    }

    @Test
    void interruptingTheCallerEndsTheWait() throws InterruptedException {
        CountDownLatch waiting = new CountDownLatch(1);
        List<Throwable> seen = new ArrayList<>();
        Thread caller = new Thread(() -> {
            try (Loader loader = new Loader(batches(IMAGES), BATCH, 0, 1_000_000, 1)) {
                waiting.countDown();
                while (true) {
                    loader.next();
                }
            } catch (CancellationException e) {
                seen.add(e);
            }
        });
        caller.start();
        waiting.await();
        caller.interrupt();
        caller.join();
        assertEquals(1, seen.size());
        assertFalse(workers().stream().anyMatch(Thread::isAlive));
    }

    @Test
    void countsTheTimeItMadeTheCallerWait() {
        try (Loader loader = new Loader(batches(IMAGES), BATCH, 0, STEPS, 0)) {
            assertEquals(0, loader.waitedNanos());
            loader.next();
            long once = loader.waitedNanos();
            assertTrue(once > 0);
            loader.next();
            assertTrue(loader.waitedNanos() > once);
        }
    }

    @Test
    void nonsenseIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Loader(batches(IMAGES), BATCH, -1, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new Loader(batches(IMAGES), BATCH, 0, -1, 0));
        assertThrows(IllegalArgumentException.class, () -> new Loader(batches(IMAGES), BATCH, 0, 1, -1));
        assertThrows(IllegalArgumentException.class, () -> new Loader(batches(IMAGES), 0, 0, 1, 1));
    }
}
