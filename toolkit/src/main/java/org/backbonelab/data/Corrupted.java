package org.backbonelab.data;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.backbonelab.data.augment.Interpolation;
import org.backbonelab.data.augment.Pixels;
import org.backbonelab.data.augment.Resize;
import org.backbonelab.data.corrupt.Corruption;
import org.backbonelab.data.corrupt.Corruptions;

/**
 * The images of another source, spoilt by one of {@link Corruptions} at one severity, with seed 0.
 *
 * <p>An image is first resized and cut to what evaluation has in a batch, then spoilt: the last thing that happens to its
 * bytes, as in ImageNet-C. Made when it is asked for; kept where it may be, so that the next to ask needs not wait.
 */
public final class Corrupted implements View {
    /** Of all that is drawn; what {@link Corruptions#apply} makes of an image with it is what stands here. */
    public static final long SEED = 0;

    private final ImageSource source;
    private final Corruption corruption;
    private final int severity;
    private final AtomicReferenceArray<byte[]> kept;

    private Corrupted(ImageSource source, Corruption corruption, int severity, boolean keep) {
        this.source = source;
        this.corruption = corruption;
        this.severity = severity;
        this.kept = keep ? new AtomicReferenceArray<>(source.count()) : null;
    }

    /**
     * Returns spoilt images.
     *
     * @param source the clean ones, of 1 or 3 channels
     * @param corruption a name on the list of {@link Corruptions}
     * @param severity 1 to 5
     * @param keep whether each is kept once it is made, one byte a value
     * @throws IllegalArgumentException if the name is not on the list, or the severity is out of range
     */
    public static Corrupted of(ImageSource source, String corruption, int severity, boolean keep) {
        Corruption found = Corruptions.get(corruption);
        Corruption.checkSeverity(severity);
        return new Corrupted(source, found, severity, keep);
    }

    @Override
    public ImageSource source() {
        return source;
    }

    @Override
    public double cropRatio() {
        return 1;
    }

    @Override
    public void read(int index, Pixels into) {
        byte[] made = kept == null ? null : kept.get(index);
        if (made == null) {
            made = make(index);
            if (kept != null) {
                kept.set(index, made);
            }
        }
        into.reshape(channels(), size(), size());
        System.arraycopy(made, 0, into.data(), 0, made.length);
    }

    private byte[] make(int index) {
        Pixels image = new Pixels();
        source.read(index, image);
        Pipeline.fit(image, source, Interpolation.BICUBIC, new Resize(), new Pixels());
        // A new image, whose buffer has exactly its values.
        return corruption.apply(image, severity, SEED).data();
    }
}
