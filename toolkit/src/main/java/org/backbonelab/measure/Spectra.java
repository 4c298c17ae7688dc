package org.backbonelab.measure;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.ToDoubleFunction;
import org.backbonelab.layer.ParameterInfo;
import org.backbonelab.layer.Role;
import org.backbonelab.model.Backbone;
import org.backbonelab.study.Measure;
import org.backbonelab.tensor.Matrices;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Patterns of the weights over depth (BOCB, arXiv 2410.06373, appendix A.3): spectral exponent, entropy, L2 norm, energy of
 * the leading principal components, of every convolution and linear map in the order of the network.
 *
 * <p>What the paper leaves open is chosen so: the spectrum of a k x k convolution is that of its k^2 matrices (out x in) pooled,
 * as WeightWatcher does; the entropy is that of a histogram of 256 equal bins from -1 to 1 (what lies beyond falls into
 * the outer ones), in nats; the energy is the share of the 5 largest of all eigenvalues of the covariance of the filters,
 * each of in x k x k values.
 */
public final class Spectra {
    private static final int BINS = 256;
    private static final int COMPONENTS = 5;
    private static final Set<Role> MATRICES = Set.of(Role.WEIGHT, Role.CLASSIFIER, Role.POSITION_NETWORK);

    private Spectra() {}

    /**
     * The pattern of one weight.
     *
     * @param name of the parameter
     * @param eigenvalues of W^T W: squared singular values of its matrices
     * @param tail the power law of the spectrum's tail; null for fewer than 10 eigenvalues above rounding
     * @param entropy in nats, 0 to ln 256
     * @param norm root of the sum of squares
     * @param energy of the leading 5 principal components, 0 to 1; NaN where all filters are equal
     */
    public record Layer(String name, int eigenvalues, TailExponent tail, double entropy, double norm, double energy) {
        private double ofTail(ToDoubleFunction<TailExponent> value) {
            return tail == null ? Double.NaN : value.applyAsDouble(tail);
        }
    }

    /**
     * Returns the measure {@code spectra}.
     *
     * <p>Series over the layers: {@code alpha}, {@code alpha_sigma}, {@code alpha_distance} (NaN for a layer that is too
     * small to fit), {@code weight_entropy}, {@code weight_norm}, {@code pca_energy}; the first and the last three also as
     * metrics, their means over layers.
     */
    public static Measure overDepth() {
        return Measure.of("spectra", kind -> true, t -> {
            List<Layer> layers = layers(t.model());
            Map<String, List<Double>> series = new LinkedHashMap<>();
            COLUMNS.forEach((name, of) -> series.put(
                    name, layers.stream().map(l -> of.applyAsDouble(l)).toList()));
            Map<String, Double> metrics = new LinkedHashMap<>();
            for (String name : List.of("alpha", "weight_entropy", "weight_norm", "pca_energy")) {
                metrics.put(name + "_mean", mean(series.get(name)));
            }
            return new Measure.Found(metrics, series);
        });
    }

    private static final Map<String, ToDoubleFunction<Layer>> COLUMNS = new LinkedHashMap<>();

    static {
        COLUMNS.put("alpha", l -> l.ofTail(TailExponent::alpha));
        COLUMNS.put("alpha_sigma", l -> l.ofTail(TailExponent::sigma));
        COLUMNS.put("alpha_distance", l -> l.ofTail(TailExponent::distance));
        COLUMNS.put("weight_entropy", Layer::entropy);
        COLUMNS.put("weight_norm", Layer::norm);
        COLUMNS.put("pca_energy", Layer::energy);
    }

    private static double mean(List<Double> values) {
        return values.stream()
                .mapToDouble(v -> v)
                .filter(Double::isFinite)
                .average()
                .orElse(Double.NaN);
    }

    /** Returns one row a layer: {@code index} from 0, {@code layer}, {@code eigenvalues} and the series of the measure. */
    public static Table of(Backbone model) {
        List<Layer> layers = layers(model);
        double[] index = new double[layers.size()];
        Arrays.setAll(index, i -> i);
        Table table = Table.create(
                "spectra",
                DoubleColumn.create("index", index),
                StringColumn.create("layer", layers.stream().map(Layer::name)),
                DoubleColumn.create(
                        "eigenvalues",
                        layers.stream().mapToDouble(Layer::eigenvalues).toArray()));
        COLUMNS.forEach((name, of) -> table.addColumns(
                DoubleColumn.create(name, layers.stream().mapToDouble(of).toArray())));
        return table;
    }

    /** Returns the patterns of all layers; norms, biases, tokens and tables of positions are none. */
    public static List<Layer> layers(Backbone model) {
        List<Layer> out = new ArrayList<>();
        Map<String, ParameterInfo> infos = model.parameterInfos();
        for (Map.Entry<String, Parameter> e : model.trainedParameters().entrySet()) {
            NDArray weight = e.getValue().getArray();
            int rank = weight.getShape().dimension();
            if (MATRICES.contains(infos.get(e.getKey()).role()) && (rank == 2 || rank == 4)) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new CancellationException("the spectra were interrupted");
                }
                String name = e.getKey();
                out.add(layer(name.substring(0, Math.max(0, name.lastIndexOf('.'))), weight));
            }
        }
        return out;
    }

    /**
     * Computes the pattern of one weight.
     *
     * @param weight (out, in) or (out, in, k, k)
     * @throws IllegalArgumentException for another rank
     */
    public static Layer layer(String name, NDArray weight) {
        int rank = weight.getShape().dimension();
        if (rank != 2 && rank != 4) {
            throw new IllegalArgumentException(
                    name + " has shape " + weight.getShape() + ", expected (out, in) or (out, in, k, k)");
        }
        float[] values = weight.toFloatArray();
        double norm = 0;
        for (float v : values) {
            norm += (double) v * v;
        }
        if (!Double.isFinite(norm)) {
            return new Layer(name, 0, null, Double.NaN, Double.NaN, Double.NaN);
        }
        double[] eigenvalues = Matrices.squaredSingularValues(weight);
        double[] covariance = Matrices.covarianceSpectrum(weight);
        double energy = Arrays.stream(covariance)
                        .skip(Math.max(0, covariance.length - COMPONENTS))
                        .sum()
                / Arrays.stream(covariance).sum();
        return new Layer(name, eigenvalues.length, tail(eigenvalues), entropy(values), Math.sqrt(norm), energy);
    }

    private static TailExponent tail(double[] eigenvalues) {
        return TailExponent.enough(eigenvalues) ? TailExponent.fit(eigenvalues) : null;
    }

    private static double entropy(float[] values) {
        int[] counts = new int[BINS];
        for (float v : values) {
            counts[(int) Math.max(0, Math.min(BINS - 1, Math.floor((v + 1.0) / 2 * BINS)))]++;
        }
        double sum = 0;
        for (int count : counts) {
            double p = (double) count / values.length;
            sum -= count == 0 ? 0 : p * Math.log(p);
        }
        return sum;
    }
}
