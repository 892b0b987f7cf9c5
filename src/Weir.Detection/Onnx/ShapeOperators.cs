namespace Weir.Detection.Onnx;

/// <summary>The operators that move and combine values without weights, as ONNX's Operators.md defines them (up to opset 17).</summary>
internal static class ShapeOperators
{
    public static OnnxTensor[] Pass(OnnxCall call) => [call.Input(0)];

    public static OnnxTensor[] Constant(OnnxCall call)
    {
        if (!call.Node.Attributes.TryGetValue("value", out var value) || value.Tensor is null) throw call.Fault("holds no tensor");
        return [value.Tensor];
    }

    public static OnnxTensor[] Transpose(OnnxCall call)
    {
        var values = call.Numbers(0);
        var shape = call.Input(0).Shape;
        var order = call.IntegerList("perm")?.Select(axis => call.Axis(axis, shape.Length)).ToArray() ?? [.. Enumerable.Range(0, shape.Length).Reverse()];
        if (order.Length != shape.Length || order.Distinct().Count() != order.Length) throw call.Fault("has an order that fits no tensor");
        var result = call.Output([.. order.Select(axis => shape[axis])]);
        var strides = Strides(shape);
        Walk(result, [.. order.Select(axis => strides[axis])], 0, (target, source) => result.Numbers![target] = values[source]);
        return [result];
    }

    public static OnnxTensor[] Squeeze(OnnxCall call)
    {
        var shape = call.Input(0).Shape;
        var axes = Axes(call)?.Select(axis => call.Axis(axis, shape.Length)).ToHashSet();
        if (axes?.Any(axis => shape[axis] != 1) == true) throw call.Fault("drops a dimension that is not 1");
        return [Reshaped(call, [.. shape.Where((size, axis) => axes is null ? size != 1 : !axes.Contains(axis))])];
    }

    public static OnnxTensor[] Unsqueeze(OnnxCall call)
    {
        var shape = call.Input(0).Shape.ToList();
        var axes = Axes(call) ?? throw call.Fault("names no axes");
        if (axes.Length > 8) throw call.Fault("names too many axes");
        var rank = shape.Count + axes.Length;
        foreach (var axis in axes.Select(axis => call.Axis(axis, rank)).Order())
        {
            if (axis > shape.Count) throw call.Fault("names axes that fit no tensor");
            shape.Insert(axis, 1);
        }

        return [Reshaped(call, [.. shape])];
    }

    public static OnnxTensor[] Reshape(OnnxCall call)
    {
        var source = call.Input(0);
        var wanted = call.Integers(1);
        if (wanted.Length > 8) throw call.Fault("wants too many dimensions");
        var shape = new int[wanted.Length];
        var (known, open) = (1L, -1);
        for (var i = 0; i < wanted.Length; i++)
        {
            if (wanted[i] == -1) open = open < 0 ? i : throw call.Fault("leaves two dimensions open");
            var size = wanted[i] == 0 && i < source.Shape.Length ? source.Shape[i] : wanted[i];
            if (size is < -1 or > int.MaxValue) throw call.Fault("wants a shape that fits no tensor");
            shape[i] = (int)size;
            if (i != open) known = Math.Min(known * size, int.MaxValue);
        }

        if (open >= 0) shape[open] = known == 0 ? 0 : (int)(source.Count / known);
        return [Reshaped(call, shape)];
    }

    public static OnnxTensor[] Flatten(OnnxCall call)
    {
        var shape = call.Input(0).Shape;
        var axis = call.Integer("axis", 1) == shape.Length ? shape.Length : call.Axis(call.Integer("axis", 1), Math.Max(1, shape.Length));
        var rows = shape.Take(axis).Aggregate(1, static (a, b) => a * b);
        return [Reshaped(call, [rows, shape.Skip(axis).Aggregate(1, static (a, b) => a * b)])];
    }

    /// <summary>Slice with its bounds as inputs (opset 10 and later).</summary>
    public static OnnxTensor[] Slice(OnnxCall call)
    {
        var source = call.Input(0);
        var (starts, ends) = (call.Integers(1), call.Integers(2));
        var axes = call.Optional(3)?.Integers ?? [.. Enumerable.Range(0, starts.Length).Select(static i => (long)i)];
        var steps = call.Optional(4)?.Integers;
        if (ends.Length != starts.Length || axes.Length != starts.Length || (steps is not null && steps.Length != starts.Length))
            throw call.Fault("has bounds that do not fit each other");
        var strides = Strides(source.Shape);
        var (shape, first) = ((int[])source.Shape.Clone(), 0);
        for (var i = 0; i < starts.Length; i++)
        {
            var axis = call.Axis(axes[i], source.Shape.Length);
            var step = steps?[i] ?? 1;
            if (step is < 1 or > int.MaxValue) throw call.Fault("goes backwards");
            var size = source.Shape[axis];
            var (from, to) = (Bound(starts[i], size), Bound(ends[i], size));
            shape[axis] = to <= from ? 0 : (int)((to - from + step - 1) / step);
            first += from * strides[axis];
            strides[axis] *= (int)Math.Min(step, Math.Max(1, size));
        }

        return [Gathered(call, source, shape, strides, first)];
    }

    /// <summary>Gather by one index (a scalar drops the axis) or a list of them.</summary>
    public static OnnxTensor[] Gather(OnnxCall call)
    {
        var (source, index) = (call.Input(0), call.Input(1));
        var axis = call.Axis(call.Integer("axis", 0), source.Shape.Length);
        if (index.Integers is not { Length: 1 } at) throw call.Fault("takes more than one index");
        var strides = Strides(source.Shape);
        var first = call.Axis(at[0], source.Shape[axis]) * strides[axis];
        var shape = source.Shape.ToList();
        if (index.Shape.Length == 0)
        {
            shape.RemoveAt(axis);
            strides = [.. strides.Where((_, i) => i != axis)];
        }
        else shape[axis] = 1;

        return [Gathered(call, source, [.. shape], strides, first)];
    }

    public static OnnxTensor[] Shape(OnnxCall call) => [OnnxTensor.Of([.. call.Input(0).Shape.Select(static size => (long)size)])];

    public static OnnxTensor[] ConstantOfShape(OnnxCall call)
    {
        var shape = Sizes(call, call.Integers(0));
        var value = call.Node.Attributes.TryGetValue("value", out var attribute) ? attribute.Tensor : null;
        if (value?.Count == 0) throw call.Fault("holds no value");
        if (value?.Integers is { } integers)
            return [new OnnxTensor { Integers = [.. Enumerable.Repeat(integers[0], call.Run.Size(call.Node, shape))], Shape = shape }];
        var result = call.Output(shape);
        Array.Fill(result.Numbers!, value?.Numbers![0] ?? 0);
        return [result];
    }

    public static OnnxTensor[] Expand(OnnxCall call)
    {
        var source = call.Input(0);
        var shape = Broadcast(call, source.Shape, Sizes(call, call.Integers(1)));
        return [Gathered(call, source, shape, BroadcastStrides(source.Shape, shape.Length), 0)];
    }

    public static OnnxTensor[] Concat(OnnxCall call)
    {
        var parts = Enumerable.Range(0, call.InputCount).Select(call.Input).ToArray();
        if (parts.Length == 0) throw call.Fault("joins nothing");
        var first = parts[0].Shape;
        var axis = call.Axis(call.Integer("axis", 0), first.Length);
        foreach (var part in parts)
        {
            var fits = part.Shape.Length == first.Length && (part.Numbers is null) == (parts[0].Numbers is null)
                && !part.Shape.Where((size, i) => i != axis && size != first[i]).Any();
            if (!fits) throw call.Fault("joins what does not fit");
        }

        if (parts[0].Integers is not null && first.Length == 1) return [OnnxTensor.Of([.. parts.SelectMany(static part => part.Integers!)])];
        if (parts[0].Numbers is null) throw call.Fault("joins tables of integers");
        var width = parts.Sum(static part => (long)part.Count);
        if (width > int.MaxValue) throw call.Fault("joins too much");
        var shape = (int[])first.Clone();
        shape[axis] = parts.Sum(part => part.Shape[axis]);
        var result = call.Output(shape);
        var outer = first.Take(axis).Aggregate(1, static (a, b) => a * b);
        var at = 0;
        for (var row = 0; row < outer; row++)
        {
            foreach (var part in parts)
            {
                var inner = part.Count / outer;
                part.Numbers.AsSpan(row * inner, inner).CopyTo(result.Numbers.AsSpan(at));
                at += inner;
            }
        }

        return [result];
    }

    /// <summary>Only between the kinds of numbers that are kept alike.</summary>
    public static OnnxTensor[] Cast(OnnxCall call)
    {
        var source = call.Input(0);
        var isInteger = call.Integer("to", 1) is 6 or 7 or 9;
        if (isInteger == source.Integers is not null) return [source];
        return isInteger
            ? [new OnnxTensor { Shape = source.Shape, Integers = [.. source.Numbers!.Select(static value => (long)value)] }]
            : [new OnnxTensor { Shape = source.Shape, Numbers = [.. source.Integers!.Select(static value => (float)value)] }];
    }

    public static OnnxTensor[] Map(OnnxCall call, Action<Span<float>> change)
    {
        var values = call.Numbers(0);
        var result = call.Output(call.Input(0).Shape);
        values.CopyTo(result.Numbers!, 0);
        change(result.Numbers);
        return [result];
    }

    public static OnnxTensor[] Combine(OnnxCall call, Func<float, float, float> numbers, Func<long, long, long> integers)
    {
        var (left, right) = (call.Input(0), call.Input(1));
        var shape = Broadcast(call, left.Shape, right.Shape);
        if ((left.Numbers is null) != (right.Numbers is null)) throw call.Fault("combines numbers with integers");
        var (a, b) = (BroadcastStrides(left.Shape, shape.Length), BroadcastStrides(right.Shape, shape.Length));
        if (left.Integers is not null)
        {
            var whole = new OnnxTensor { Shape = shape, Integers = new long[call.Run.Size(call.Node, shape)] };
            Walk(whole, a, 0, (target, source) => whole.Integers[target] = left.Integers[source]);
            Walk(whole, b, 0, (target, source) => whole.Integers[target] = integers(whole.Integers[target], right.Integers![source]));
            return [whole];
        }

        var result = call.Output(shape);
        Walk(result, a, 0, (target, source) => result.Numbers![target] = left.Numbers![source]);
        Walk(result, b, 0, (target, source) => result.Numbers![target] = numbers(result.Numbers[target], right.Numbers![source]));
        return [result];
    }

    private static OnnxTensor Reshaped(OnnxCall call, int[] shape)
    {
        var source = call.Input(0);
        if (call.Run.Size(call.Node, shape) != source.Count) throw call.Fault("gives another number of values than it gets");
        return new OnnxTensor { Shape = shape, Numbers = source.Numbers, Integers = source.Integers };
    }

    private static OnnxTensor Gathered(OnnxCall call, OnnxTensor source, int[] shape, int[] strides, int first)
    {
        if (source.Integers is { } integers)
        {
            var whole = new OnnxTensor { Shape = shape, Integers = new long[call.Run.Size(call.Node, shape)] };
            Walk(whole, strides, first, (target, at) => whole.Integers[target] = integers[at]);
            return whole;
        }

        var result = call.Output(shape);
        Walk(result, strides, first, (target, at) => result.Numbers![target] = source.Numbers![at]);
        return result;
    }

    /// <summary>Visits the elements of <paramref name="result"/> in order, with the place of each in a source of the given strides.</summary>
    private static void Walk(OnnxTensor result, int[] strides, int first, Action<int, int> visit)
    {
        var index = new int[strides.Length];
        var source = first;
        for (var target = 0; target < result.Count; target++)
        {
            visit(target, source);
            for (var axis = strides.Length - 1; axis >= 0; axis--)
            {
                source += strides[axis];
                if (++index[axis] < result.Shape[axis]) break;
                source -= strides[axis] * result.Shape[axis];
                index[axis] = 0;
            }
        }
    }

    private static int[] Strides(int[] shape)
    {
        var strides = new int[shape.Length];
        var step = 1;
        for (var axis = shape.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = step;
            step *= shape[axis];
        }

        return strides;
    }

    private static int[] BroadcastStrides(int[] shape, int rank)
    {
        var strides = Strides(shape);
        var result = new int[rank];
        for (var i = 0; i < shape.Length; i++) result[rank - shape.Length + i] = shape[i] == 1 ? 0 : strides[i];
        return result;
    }

    private static int[] Broadcast(OnnxCall call, int[] left, int[] right)
    {
        var shape = new int[Math.Max(left.Length, right.Length)];
        for (var i = 1; i <= shape.Length; i++)
        {
            var (a, b) = (i <= left.Length ? left[^i] : 1, i <= right.Length ? right[^i] : 1);
            if (a != b && a != 1 && b != 1) throw call.Fault("combines shapes that do not fit");
            shape[^i] = a == 1 ? b : a;
        }

        call.Run.Size(call.Node, shape);
        return shape;
    }

    private static long[]? Axes(OnnxCall call) => call.Optional(1) is null ? call.IntegerList("axes") : call.Integers(1);

    private static int[] Sizes(OnnxCall call, long[] sizes) => sizes.Any(static size => size is < 0 or > int.MaxValue)
        ? throw call.Fault("wants a negative size")
        : [.. sizes.Select(static size => (int)size)];

    private static int Bound(long value, int size) => (int)Math.Clamp(value < 0 ? value + size : value, 0, size);
}
