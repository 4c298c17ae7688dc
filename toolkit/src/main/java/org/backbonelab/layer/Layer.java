package org.backbonelab.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Seeds;
import org.backbonelab.tensor.ShapeOnly;
import org.backbonelab.tensor.Torch;

/**
 * A DJL block whose parameter shapes are known when it is built, and whose computation is one method.
 *
 * <p>Parameter names follow timm: the path of child names, joined by dots. Initial values come from (seed, name), so
 * two networks that share a layer's name and shape start equal there. What a parameter is for does not follow from its
 * name but is declared with it: its {@link Role}.
 */
public abstract class Layer extends AbstractBlock {
    private final Map<Parameter, Spec> specs = new LinkedHashMap<>();
    /** DJL's own list of children puts numbers before their names. */
    private final Map<String, Layer> layers = new LinkedHashMap<>();

    private final Set<String> blocks = new LinkedHashSet<>();

    /** {@code stored} is the shape in a weight file, which may have axes of length 1 more than {@code shape}. */
    private record Spec(Role role, Shape shape, Init init, Shape stored) {}

    /**
     * Computes the layer.
     *
     * @param x the input
     * @param pass the forward pass this is part of
     */
    public abstract NDArray apply(NDArray x, Pass pass);

    /**
     * Computes the layer and gives up every array made on the way but the result.
     *
     * <p>What the backward pass needs its graph holds; the rest is memory that the next block can use again. With
     * {@link Recomputation} the graph is not made here but in the backward pass.
     */
    public final NDArray applyAlone(NDArray x, Pass pass) {
        return pass.run(this::computeAlone, x);
    }

    private NDArray computeAlone(NDArray x, Pass pass) {
        NDArray y;
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            y = apply(x, pass);
            NDScope.unregister(y);
        }
        NDScope.register(y);
        return y;
    }

    /** Declares a trained parameter. */
    protected final Parameter parameter(String name, Role role, Init init, long... shape) {
        return declare(name, role, init, shape);
    }

    /** Declares a value that is kept but not trained, such as a running mean. */
    protected final Parameter buffer(String name, Init init, long... shape) {
        return declare(name, Role.STATISTIC, init, shape);
    }

    /** Returns this layer and all beneath it by name; this one's is empty. */
    public final Map<String, Layer> namedLayers() {
        Map<String, Layer> out = new LinkedHashMap<>();
        out.put("", this);
        layers.forEach((name, layer) ->
                layer.namedLayers().forEach((inner, l) -> out.put(inner.isEmpty() ? name : name + "." + inner, l)));
        return out;
    }

    /**
     * Says that weight files hold a parameter in another shape of as many values, as timm has it.
     *
     * @throws IllegalArgumentException if the number of values differs
     */
    protected final void storedAs(Parameter parameter, long... shape) {
        Spec spec = specs.get(parameter);
        Shape stored = new Shape(shape);
        if (stored.size() != spec.shape.size()) {
            throw new IllegalArgumentException(
                    parameter.getName() + " of shape " + spec.shape + " cannot be stored as " + stored);
        }
        specs.put(parameter, new Spec(spec.role, spec.shape, spec.init, stored));
    }

    /**
     * Takes a parameter of a DJL block that is not a layer, which has its shape already, under a name of this layer's.
     *
     * @throws IllegalArgumentException if it has no shape: its block was not prepared for its input
     */
    protected final void adopt(Parameter parameter, Role role, Init init) {
        Shape shape = parameter.getShape();
        if (shape == null) {
            throw new IllegalArgumentException("parameter " + parameter.getName()
                    + " has no shape, expected that of a block prepared for its input");
        }
        specs.put(parameter, new Spec(role, shape, init, shape));
    }

    /** Adds a child; its name becomes part of the names of its parameters. */
    protected final <L extends Layer> L child(String name, L layer) {
        layers.put(name, layer);
        return addChildBlock(name, layer);
    }

    /** Adds a child that is one of the blocks of this network, which are numbered from 1 in the order they are added. */
    protected final <L extends Layer> L block(String name, L layer) {
        blocks.add(name);
        return child(name, layer);
    }

    /** Returns the block that the stem belongs to, all before the first block: 0, or 1 where it learns with the first. */
    protected int stemBlock() {
        return 0;
    }

    /** Returns the names of this network's blocks, in their order. */
    public final List<String> blockNames() {
        return List.copyOf(blocks);
    }

    /** Returns {@link ParameterInfo#block} of what comes after the last block. */
    public final int headBlock() {
        return blocks.isEmpty() ? 0 : blocks.size() + 1;
    }

    /**
     * Gives every parameter its shape and no values: what the layer then computes of such arrays takes neither time nor
     * memory, and {@link Trace} hears of it all the same.
     */
    public final void initializeShapes(NDManager manager) {
        specs.forEach((parameter, spec) -> parameter.setArray(ShapeOnly.array(manager, spec.shape)));
        layers.values().forEach(layer -> layer.initializeShapes(manager));
    }

    /** Returns every parameter and buffer of this layer by its timm-style name, in order of declaration. */
    public final Map<String, Parameter> namedParameters() {
        Map<String, Parameter> out = new LinkedHashMap<>();
        specs.keySet().forEach(p -> out.put(p.getName(), p));
        layers.forEach((name, layer) ->
                layer.namedParameters().forEach((inner, parameter) -> out.put(name + "." + inner, parameter)));
        return out;
    }

    /** Returns the shape of every parameter and buffer in timm's weight files, by name; known before initialisation. */
    public final Map<String, Shape> storedShapes() {
        Map<String, Shape> out = new LinkedHashMap<>();
        specs.forEach((p, spec) -> out.put(p.getName(), spec.stored));
        layers.forEach(
                (name, layer) -> layer.storedShapes().forEach((inner, shape) -> out.put(name + "." + inner, shape)));
        return out;
    }

    /** Returns what every parameter and buffer of this layer is, by the names and in the order of the parameters. */
    public final Map<String, ParameterInfo> parameterInfos() {
        Map<String, ParameterInfo> out = new LinkedHashMap<>();
        int stem = blocks.isEmpty() ? 0 : stemBlock();
        specs.forEach((p, spec) -> out.put(p.getName(), new ParameterInfo(spec.role, spec.shape, stem)));
        int passed = 0;
        for (Map.Entry<String, Layer> child : layers.entrySet()) {
            boolean isBlock = blocks.contains(child.getKey());
            passed += isBlock ? 1 : 0;
            int following = passed == 0 ? stem : passed + 1;
            int block = isBlock ? passed : following;
            child.getValue()
                    .parameterInfos()
                    .forEach((name, info) -> out.put(child.getKey() + "." + name, info.withBlock(block)));
        }
        return out;
    }

    /**
     * Creates and fills all parameters.
     *
     * @param seed of the initial values
     * @throws IllegalStateException if the layer is initialised already
     */
    public final void initialize(NDManager manager, long seed) {
        initialize(
                manager,
                DataType.FLOAT32,
                "",
                (name, spec) -> spec.init.values(spec.shape, Seeds.stream(seed, "init " + name)));
    }

    /** Creates all parameters as zeros: what shapes and costs are counted with, in no time. */
    public final void initializeBlank(NDManager manager) {
        specs.forEach((parameter, spec) -> give(parameter, manager.zeros(spec.shape)));
        layers.values().forEach(layer -> layer.initializeBlank(manager));
    }

    /**
     * Creates all parameters with given values, and draws none.
     *
     * @param type float32, or float64 for checks of a computation without its rounding
     * @param values of a parameter by its name, in row-major order
     */
    public final void initializeFrom(NDManager manager, DataType type, Function<String, float[]> values) {
        initialize(manager, type, "", (name, spec) -> values.apply(name));
    }

    private void initialize(NDManager manager, DataType type, String prefix, BiFunction<String, Spec, float[]> values) {
        for (Map.Entry<Parameter, Spec> entry : specs.entrySet()) {
            Parameter parameter = entry.getKey();
            Spec spec = entry.getValue();
            NDArray array = Torch.array(manager, values.apply(prefix + parameter.getName(), spec), spec.shape);
            if (spec.shape.dimension() == 4) {
                array = Kernels.convolutionLayout(array);
            }
            if (type != DataType.FLOAT32) {
                array = array.toType(type, false);
            }
            array.setName(parameter.getName());
            array.setRequiresGradient(parameter.requiresGradient());
            give(parameter, array);
        }
        layers.forEach((name, layer) -> layer.initialize(manager, type, prefix + name + ".", values));
    }

    /** An adopted parameter has a shape before it has an array, and makes that itself. */
    private static void give(Parameter parameter, NDArray array) {
        if (parameter.getShape() == null) {
            parameter.setArray(array);
            return;
        }
        parameter.initialize(array.getManager(), array.getDataType());
        Kernels.assign(parameter.getArray(), array);
        parameter.getArray().setRequiresGradient(parameter.requiresGradient());
        array.close();
    }

    /** Initialises as DJL's trainer asks for it; the seed is the engine's, or 0. */
    @Override
    public final void initialize(NDManager manager, DataType dataType, Shape... shapes) {
        if (dataType != DataType.FLOAT32) {
            throw new IllegalArgumentException("data type is " + dataType + ", expected float32");
        }
        inputShapes = shapes.clone();
        if (!isInitialized()) {
            Integer seed = manager.getEngine().getSeed();
            initialize(manager, seed == null ? 0 : seed);
        }
    }

    @Override
    protected final NDList forwardInternal(
            ParameterStore store, NDList inputs, boolean training, PairList<String, Object> params) {
        return new NDList(apply(inputs.singletonOrThrow(), Pass.of(store, training)));
    }

    /** Finds the shapes by running the layer on zeros: no second formula that could disagree. */
    @Override
    public Shape[] getOutputShapes(Shape[] shapes) {
        Parameter any = namedParameters().values().stream().findFirst().orElseThrow();
        try (NDManager manager = any.getArray().getManager().newSubManager()) {
            return new Shape[] {
                apply(manager.zeros(shapes[0]), Pass.evaluation()).getShape()
            };
        }
    }

    private Parameter declare(String name, Role role, Init init, long... shape) {
        Parameter p = addParameter(Parameter.builder()
                .setName(name)
                .setType(Parameter.Type.OTHER)
                .optRequiresGrad(role != Role.STATISTIC)
                .build());
        specs.put(p, new Spec(role, new Shape(shape), init, new Shape(shape)));
        return p;
    }
}
