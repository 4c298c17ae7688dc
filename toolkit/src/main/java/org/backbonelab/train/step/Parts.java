package org.backbonelab.train.step;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.backbonelab.data.Batch;

/** Cuts a batch into parts that go through the network one after the other. */
public final class Parts {
    private Parts() {}

    /** Returns as many parts as asked for, or as there are images; their sizes differ by one at most. */
    static List<Batch> of(Batch batch, int count) {
        int parts = Math.min(count, batch.count());
        if (parts == 1) {
            return List.of(batch);
        }
        List<Batch> out = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            int from = Math.toIntExact((long) batch.count() * i / parts);
            int to = Math.toIntExact((long) batch.count() * (i + 1) / parts);
            out.add(slice(batch, from, to));
        }
        return out;
    }

    /**
     * Returns the parts of the chunks of m images, none larger than the batch in so many parts.
     *
     * @param chunk images of a chunk, 0 for all of the batch
     */
    public static List<Batch> of(Batch batch, int count, int chunk) {
        if (chunk == 0 || chunk >= batch.count()) {
            return of(batch, count);
        }
        int most = (batch.count() + count - 1) / count;
        List<Batch> out = new ArrayList<>();
        for (int from = 0; from < batch.count(); from += chunk) {
            Batch images = slice(batch, from, Math.min(batch.count(), from + chunk));
            out.addAll(of(images, (images.count() + most - 1) / most));
        }
        return out;
    }

    private static Batch slice(Batch batch, int from, int to) {
        return new Batch(
                rows(batch.pixels(), batch.count(), from, to),
                Arrays.copyOfRange(batch.labels(), from, to),
                batch.targets() == null ? null : rows(batch.targets(), batch.count(), from, to),
                batch.channels(),
                batch.size());
    }

    private static float[] rows(float[] values, int count, int from, int to) {
        int width = values.length / count;
        return Arrays.copyOfRange(values, from * width, to * width);
    }
}
