package org.backbonelab.measure;

import java.util.List;
import org.backbonelab.model.Backbones;
import org.backbonelab.model.Description;
import org.backbonelab.model.ImageSpec;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** What backbones cost, as a table. */
public final class Costs {
    private Costs() {}

    /**
     * Counts the cost of some backbones in a real forward pass of one image.
     *
     * @param names of backbones, such as {@code Backbones.names("bocb")}
     * @param spec of the images
     * @return columns {@code backbone}, {@code family}, {@code params} (millions), {@code macs} (10^9 multiply-adds) and
     *     {@code activations} (millions of values that convolutions, linear layers and attention put out)
     * @throws IllegalArgumentException if a name is not on the list, or a network cannot take such images
     */
    public static Table table(List<String> names, ImageSpec spec) {
        List<Description> found =
                names.stream().map(name -> Backbones.describe(name, spec)).toList();
        return Table.create(
                "costs",
                StringColumn.create("backbone", names),
                StringColumn.create("family", names.stream().map(Backbones::family)),
                column("params", found.stream().map(d -> d.parameters() / 1e6)),
                column("macs", found.stream().map(d -> d.macs() / 1e9)),
                column("activations", found.stream().map(d -> d.activations() / 1e6)));
    }

    private static DoubleColumn column(String name, java.util.stream.Stream<Double> values) {
        return DoubleColumn.create(name, values.mapToDouble(Double::doubleValue).toArray());
    }
}
