using Weir.Detection.Numerics;

namespace Weir.Detection.Onnx;

/// <summary>The operators that weigh: convolution, normalisation, pooling, LSTM and products, as ONNX's Operators.md defines them.</summary>
internal static class LayerOperators
{
    /// <summary>Conv over one dimension: [batch, channels, time], weights [filters, channels, kernel].</summary>
    public static OnnxTensor[] Convolve(OnnxCall call)
    {
        var (values, weights) = (call.Numbers(0, 3), call.Numbers(1, 3));
        var (shape, kernelShape) = (call.Input(0).Shape, call.Input(1).Shape);
        var (batch, channels, time) = (shape[0], shape[1], shape[2]);
        var (filters, kernel) = (kernelShape[0], kernelShape[2]);
        var stride = call.Spatial("strides", 1);
        var (before, after) = call.Padding();
        if (call.Integer("group", 1) != 1 || call.Spatial("dilations", 1) != 1) throw call.Fault("has groups or dilations");
        if (kernelShape[1] != channels || kernel < 1 || time + before + after < kernel) throw call.Fault("has weights that do not fit its input");
        var padded = time + before + after;
        var steps = ((padded - kernel) / stride) + 1;
        var patch = kernel * channels;
        var result = call.Output(batch, filters, steps);
        call.Run.Work(call.Node, (long)batch * steps * patch * filters);
        var matrix = call.Run.Prepared(call.Node, 0, call.IsStored(1), (long)patch * filters, target =>
        {
            for (var f = 0; f < filters; f++)
                for (var c = 0; c < channels; c++)
                    for (var k = 0; k < kernel; k++) target[(((k * channels) + c) * filters) + f] = weights[(((f * channels) + c) * kernel) + k];
        });
        var bias = call.Optional(2)?.Numbers;
        if (bias is not null && bias.Length != filters) throw call.Fault("has a bias that does not fit its weights");
        var rows = call.Run.Buffer(call.Node, 1, (long)padded * channels);
        var sums = call.Run.Buffer(call.Node, 2, (long)steps * filters);
        Array.Clear(rows);
        for (var b = 0; b < batch; b++)
        {
            Matrix.Transpose(values.AsSpan(b * channels * time, channels * time), rows.AsSpan(before * channels), channels, time);
            if (bias is null) Array.Clear(sums);
            else Matrix.FillRows(sums, bias);
            Matrix.AddProduct(rows, stride * channels, matrix, filters, sums, filters, steps, patch, filters);
            Matrix.Transpose(sums, result.Numbers.AsSpan(b * filters * steps), steps, filters);
        }

        return [result];
    }

    /// <summary>BatchNormalization as it is used: scale, bias, mean and variance per channel.</summary>
    public static OnnxTensor[] Normalize(OnnxCall call)
    {
        var values = call.Numbers(0);
        var shape = call.Input(0).Shape;
        if (shape.Length < 2) throw call.Fault("wants channels");
        if (call.Integer("training_mode", 0) != 0) throw call.Fault("is in training mode");
        var channels = shape[1];
        var (scale, bias, mean, variance) = (call.Numbers(1, 1), call.Numbers(2, 1), call.Numbers(3, 1), call.Numbers(4, 1));
        if (scale.Length != channels || bias.Length != channels || mean.Length != channels || variance.Length != channels)
            throw call.Fault("has other channels than its input");
        var epsilon = call.Number("epsilon", 1e-5f);
        var result = call.Output(shape);
        if (channels == 0 || values.Length == 0) return [result];
        var inner = values.Length / (shape[0] * channels);
        for (var row = 0; row < shape[0] * channels; row++)
        {
            var c = row % channels;
            var factor = scale[c] / MathF.Sqrt(variance[c] + epsilon);
            var shift = bias[c] - (mean[c] * factor);
            var source = values.AsSpan(row * inner, inner);
            var target = result.Numbers.AsSpan(row * inner, inner);
            for (var i = 0; i < target.Length; i++) target[i] = (source[i] * factor) + shift;
        }

        return [result];
    }

    /// <summary>MaxPool over one dimension, without padding.</summary>
    public static OnnxTensor[] Pool(OnnxCall call)
    {
        var values = call.Numbers(0, 3);
        var shape = call.Input(0).Shape;
        var (kernel, stride) = (call.Spatial("kernel_shape", 1), call.Spatial("strides", 1));
        if (call.Padding() != (0, 0) || call.Integer("ceil_mode", 0) != 0 || call.Spatial("dilations", 1) != 1)
            throw call.Fault("pads, rounds up or is dilated");
        if (shape[2] < kernel) throw call.Fault("has a window longer than its input");
        var steps = ((shape[2] - kernel) / stride) + 1;
        var result = call.Output(shape[0], shape[1], steps);
        for (var row = 0; row < shape[0] * shape[1]; row++)
        {
            var source = values.AsSpan(row * shape[2], shape[2]);
            for (var s = 0; s < steps; s++)
            {
                var most = source[s * stride];
                for (var k = 1; k < kernel; k++) most = Math.Max(most, source[(s * stride) + k]);
                result.Numbers![(row * steps) + s] = most;
            }
        }

        return [result];
    }

    /// <summary>α·A·B + β·C with A and B transposed where asked.</summary>
    public static OnnxTensor[] Gemm(OnnxCall call)
    {
        var (a, b) = (call.Numbers(0, 2), call.Numbers(1, 2));
        var (shapeA, shapeB) = (call.Input(0).Shape, call.Input(1).Shape);
        if (call.Integer("transA", 0) != 0) throw call.Fault("transposes its first input");
        var transposed = call.Integer("transB", 0) != 0;
        var (alpha, beta) = (call.Number("alpha", 1), call.Number("beta", 1));
        if (alpha != 1 || beta != 1) throw call.Fault("scales");
        var (k, n) = transposed ? (shapeB[1], shapeB[0]) : (shapeB[0], shapeB[1]);
        if (shapeA[1] != k) throw call.Fault("multiplies matrices that do not fit");
        var result = Product(call, a, shapeA[0], k, n, Right(call, b, k, n, transposed), [shapeA[0], n]);
        if (call.Optional(2) is not { } addend) return [result];
        if (addend.Numbers is not { } bias || (bias.Length != n && bias.Length != 1)) throw call.Fault("adds what does not fit");
        for (var i = 0; i < result.Count; i++) result.Numbers![i] += bias[bias.Length == 1 ? 0 : i % n];
        return [result];
    }

    /// <summary>MatMul with a matrix on the right.</summary>
    public static OnnxTensor[] MatMul(OnnxCall call)
    {
        var (a, b) = (call.Numbers(0), call.Numbers(1, 2));
        var (shapeA, shapeB) = (call.Input(0).Shape, call.Input(1).Shape);
        if (shapeA.Length < 2 || shapeA[^1] != shapeB[0]) throw call.Fault("multiplies what does not fit");
        var rows = shapeB[0] == 0 ? 0 : a.Length / shapeB[0];
        return [Product(call, a, rows, shapeB[0], shapeB[1], b, [.. shapeA[..^1], shapeB[1]])];
    }

    /// <summary>
    /// LSTM in one direction with the usual activations: X [time, batch, inputs], W [1, 4h, inputs], R [1, 4h, h], B [1, 8h], gates in
    /// the order input, output, forget, cell.
    /// </summary>
    public static OnnxTensor[] Lstm(OnnxCall call)
    {
        var (values, weights, recurrence) = (call.Numbers(0, 3), call.Numbers(1, 3), call.Numbers(2, 3));
        var shape = call.Input(0).Shape;
        var (time, batch, inputs) = (shape[0], shape[1], shape[2]);
        var hidden = call.Input(2).Shape[2];
        var wide = 4 * hidden;
        if (call.Text("direction", "forward") != "forward" || call.Integer("layout", 0) != 0 || call.Integer("input_forget", 0) != 0
            || call.Node.Attributes.ContainsKey("activations") || call.Node.Attributes.ContainsKey("clip")
            || call.Optional(4) is not null || call.Optional(7) is not null)
            throw call.Fault("uses a kind of LSTM that is not supported: one direction, usual activations, no lengths, no peepholes");
        if (!call.Input(1).Shape.AsSpan().SequenceEqual([1, wide, inputs]) || !call.Input(2).Shape.AsSpan().SequenceEqual([1, wide, hidden]))
            throw call.Fault("has weights that do not fit its input");
        call.Run.Work(call.Node, (long)time * batch * wide * (inputs + hidden));
        var weight = call.Run.Prepared(call.Node, 0, call.IsStored(1), (long)wide * inputs, target => Matrix.Transpose(weights, target, wide, inputs));
        var recur = call.Run.Prepared(call.Node, 1, call.IsStored(2), (long)wide * hidden, target => Matrix.Transpose(recurrence, target, wide, hidden));
        var (all, state, cell) = (call.Output(time, 1, batch, hidden), call.Output(1, [1, batch, hidden]), call.Output(2, [1, batch, hidden]));
        Start(call, 5, state.Numbers!);
        Start(call, 6, cell.Numbers!);
        var gates = call.Run.Buffer(call.Node, 3, (long)time * batch * wide);
        Bias(call, gates, hidden);
        Matrix.AddProduct(values, inputs, weight, wide, gates, wide, time * batch, inputs, wide);
        for (var t = 0; t < time; t++)
        {
            var now = gates.AsSpan(t * batch * wide, batch * wide);
            Matrix.AddProduct(state.Numbers, hidden, recur, wide, now, wide, batch, hidden, wide);
            for (var b = 0; b < batch; b++)
                Step(now.Slice(b * wide, wide), cell.Numbers.AsSpan(b * hidden, hidden), state.Numbers.AsSpan(b * hidden, hidden));
            state.Numbers.CopyTo(all.Numbers.AsSpan(t * batch * hidden));
        }

        return [all, state, cell];
    }

    private static void Step(Span<float> gates, Span<float> cell, Span<float> state)
    {
        var h = cell.Length;
        Elements.Sigmoid(gates[..(3 * h)]);
        Elements.Tanh(gates[(3 * h)..]);
        for (var j = 0; j < cell.Length; j++) state[j] = cell[j] = (gates[(2 * h) + j] * cell[j]) + (gates[j] * gates[(3 * h) + j]);
        Elements.Tanh(state);
        for (var j = 0; j < state.Length; j++) state[j] *= gates[h + j];
    }

    private static void Start(OnnxCall call, int input, float[] target)
    {
        if (call.Optional(input) is null) Array.Clear(target);
        else if (call.Numbers(input).Length == target.Length) call.Numbers(input).CopyTo(target, 0);
        else throw call.Fault("has an initial state that does not fit its input");
    }

    /// <summary>The two biases (of the input and of the state) always come together.</summary>
    private static void Bias(OnnxCall call, float[] gates, int hidden)
    {
        Array.Clear(gates);
        if (call.Optional(3) is null) return;
        var both = call.Numbers(3);
        if (both.Length != 8 * hidden) throw call.Fault("has a bias that does not fit its weights");
        var bias = call.Run.Prepared(call.Node, 2, call.IsStored(3), 4L * hidden, target =>
        {
            for (var i = 0; i < target.Length; i++) target[i] = both[i] + both[target.Length + i];
        });
        if (bias.Length > 0) Matrix.FillRows(gates, bias);
    }

    private static float[] Right(OnnxCall call, float[] b, int k, int n, bool transposed) => transposed
        ? call.Run.Prepared(call.Node, 0, call.IsStored(1), (long)k * n, target => Matrix.Transpose(b, target, n, k))
        : b;

    private static OnnxTensor Product(OnnxCall call, float[] a, int m, int k, int n, float[] b, int[] shape)
    {
        call.Run.Work(call.Node, (long)m * k * n);
        var result = call.Output(shape);
        Array.Clear(result.Numbers!);
        Matrix.AddProduct(a, k, b, n, result.Numbers, n, m, k, n);
        return result;
    }
}
