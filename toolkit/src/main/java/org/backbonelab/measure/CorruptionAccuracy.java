package org.backbonelab.measure;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.backbonelab.data.Corrupted;
import org.backbonelab.data.ImageSource;
import org.backbonelab.data.Images;
import org.backbonelab.data.Split;
import org.backbonelab.data.Subset;
import org.backbonelab.data.corrupt.Corruption;
import org.backbonelab.data.corrupt.Corruptions;
import org.backbonelab.io.Checks;
import org.backbonelab.io.Sha256;
import org.backbonelab.study.Measure;
import org.backbonelab.study.Trained;
import org.backbonelab.train.Evaluation;

/**
 * Accuracy on corrupted images: 19 corruptions of test images, each in 5 severities.
 *
 * <p>The mean over 19 x 5 is what arXiv 2106.01548 reports for ImageNet-C; over the 15 test corruptions it is 100 minus
 * the error of CIFAR-C (arXiv 1903.12261). It is not mCE, which divides by AlexNet's errors. The corruptions are those of
 * {@link Corruptions}, whose numbers must not be compared with published ones.
 *
 * <p>Measured in evaluation mode on a stratified choice of the test images. They are spoilt as bytes, before the
 * normalisation, at the size of a batch; once a JVM, as long as all of them take no more than 256 MiB.
 */
public final class CorruptionAccuracy {
    private static final int IMAGES = 200;
    private static final long MOST_BYTES = 256L << 20;
    /** A study has one data set, seldom two. */
    private static final int SETS = 2;

    /** By what the clean images hold; the eldest goes. */
    private static final Map<String, List<ImageSource>> MADE = new LinkedHashMap<>();

    private CorruptionAccuracy() {}

    /** Returns the measure {@code corrupted_top1} on 200 images, see {@link #top1(int)}. */
    public static Measure top1() {
        return top1(IMAGES);
    }

    /**
     * Returns the measure {@code corrupted_top1}.
     *
     * <p>Metrics: {@code corrupted_top1}, accuracy in percent, mean over 19 x 5; {@code corrupted_top1_15}, mean over the
     * 15 test corruptions; {@code corrupted_loss}, cross-entropy in nats, mean over 19 x 5. Series:
     * {@code corrupted_top1_by_kind}, 19 means over severities in the order of the list;
     * {@code corrupted_top1_by_severity}, 5 means over the 19; {@code corrupted_top1_all}, all 95, one corruption after
     * the other.
     *
     * @param images how many of the test images, 1 or more; all where there are fewer
     */
    static Measure top1(int images) {
        Checks.require(images >= 1, "number of images to corrupt", images, "1 or more");
        return Measure.of("corrupted_top1", t -> found(t, images)).withVersion(Corruptions.VERSION);
    }

    private static Measure.Found found(Trained t, int count) {
        List<Double> top1 = new ArrayList<>();
        List<Double> loss = new ArrayList<>();
        for (ImageSource images : corrupted(t.split(), count)) {
            Evaluation e = Evaluation.of(t.model(), t.split().source(), images);
            top1.add(e.top1());
            loss.add(e.loss());
        }
        int severities = Corruption.SEVERITIES;
        List<Double> byKind = IntStream.range(0, top1.size() / severities)
                .mapToObj(k -> mean(top1.subList(k * severities, (k + 1) * severities)))
                .toList();
        List<Double> bySeverity = IntStream.range(0, severities)
                .mapToObj(s -> mean(IntStream.range(0, byKind.size())
                        .mapToObj(k -> top1.get(k * severities + s))
                        .toList()))
                .toList();
        return new Measure.Found(
                Map.of(
                        "corrupted_top1", mean(top1),
                        "corrupted_top1_15",
                                mean(byKind.subList(0, Corruptions.test().size())),
                        "corrupted_loss", mean(loss)),
                Map.of(
                        "corrupted_top1_by_kind", byKind,
                        "corrupted_top1_by_severity", bySeverity,
                        "corrupted_top1_all", top1));
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }

    /** Returns the images of every corruption and severity. */
    private static synchronized List<ImageSource> corrupted(Split split, int count) {
        int most = Math.min(count, split.test().count());
        Images clean = Images.copyOf(Subset.stratified(split.test(), most, 0));
        String key = key(clean);
        List<ImageSource> made = MADE.get(key);
        if (made == null) {
            long bytes = (long) clean.pixels().length
                    * Corruption.SEVERITIES
                    * Corruptions.names().size();
            made = new ArrayList<>();
            for (String name : Corruptions.names()) {
                for (int severity = 1; severity <= Corruption.SEVERITIES; severity++) {
                    made.add(Corrupted.of(clean, name, severity, bytes <= MOST_BYTES));
                }
            }
            if (MADE.size() == SETS) {
                MADE.remove(MADE.keySet().iterator().next());
            }
            MADE.put(key, made);
        }
        return made;
    }

    private static String key(Images images) {
        MessageDigest digest = Sha256.digest();
        digest.update(images.pixels());
        ByteBuffer numbers = ByteBuffer.allocate(Integer.BYTES * (images.count() + 2));
        numbers.putInt(images.channels()).putInt(images.size());
        for (int label : images.labels()) {
            numbers.putInt(label);
        }
        digest.update(numbers.array());
        return Sha256.hex(digest);
    }
}
