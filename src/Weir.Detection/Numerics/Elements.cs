using System.Numerics;
using System.Runtime.Intrinsics;

namespace Weir.Detection.Numerics;

/// <summary>Arithmetic on spans of numbers, element by element.</summary>
internal static class Elements
{
    public static void Add(Span<float> target, ReadOnlySpan<float> values)
    {
        var width = Vector<float>.Count;
        var i = 0;
        for (; i + width <= target.Length; i += width)
            (new Vector<float>(target[i..]) + new Vector<float>(values[i..])).CopyTo(target[i..]);
        for (; i < target.Length; i++) target[i] += values[i];
    }

    /// <summary>target += a·b.</summary>
    public static void AddProduct(Span<float> target, ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var width = Vector<float>.Count;
        var i = 0;
        for (; i + width <= target.Length; i += width)
            (new Vector<float>(target[i..]) + (new Vector<float>(a[i..]) * new Vector<float>(b[i..]))).CopyTo(target[i..]);
        for (; i < target.Length; i++) target[i] += a[i] * b[i];
    }

    /// <summary>target = values·scale + shift.</summary>
    public static void ScaleAndShift(ReadOnlySpan<float> values, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift, Span<float> target)
    {
        var width = Vector<float>.Count;
        var i = 0;
        for (; i + width <= target.Length; i += width)
            ((new Vector<float>(values[i..]) * new Vector<float>(scale[i..])) + new Vector<float>(shift[i..])).CopyTo(target[i..]);
        for (; i < target.Length; i++) target[i] = (values[i] * scale[i]) + shift[i];
    }

    public static void Rectify(Span<float> values)
    {
        var width = Vector<float>.Count;
        var i = 0;
        for (; i + width <= values.Length; i += width) Vector.Max(new Vector<float>(values[i..]), Vector<float>.Zero).CopyTo(values[i..]);
        for (; i < values.Length; i++) values[i] = Math.Max(values[i], 0);
    }

    public static void Sigmoid(Span<float> values)
    {
        var i = 0;
        for (; i + Vector256<float>.Count <= values.Length; i += Vector256<float>.Count)
            Sigmoid(Vector256.Create<float>(values[i..])).CopyTo(values[i..]);
        for (; i < values.Length; i++) values[i] = Sigmoid(values[i]);
    }

    public static void Tanh(Span<float> values)
    {
        var i = 0;
        for (; i + Vector256<float>.Count <= values.Length; i += Vector256<float>.Count)
            Tanh(Vector256.Create<float>(values[i..])).CopyTo(values[i..]);
        for (; i < values.Length; i++) values[i] = MathF.Tanh(values[i]);
    }

    public static float Sigmoid(float value) => 1 / (1 + MathF.Exp(-value));

    private static Vector256<float> Sigmoid(Vector256<float> values) =>
        Vector256<float>.One / (Vector256<float>.One + Vector256.Exp(-values));

    /// <summary>tanh x = 2σ(2x) − 1.</summary>
    private static Vector256<float> Tanh(Vector256<float> values)
    {
        var sigmoid = Sigmoid(values + values);
        return sigmoid + sigmoid - Vector256<float>.One;
    }
}
