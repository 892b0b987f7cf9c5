using System.Runtime.Intrinsics;

namespace Weir.Detection.Numerics;

/// <summary>Products of row-major matrices in single precision. All the time of training and inference is spent here.</summary>
internal static class Matrix
{
    private const int Lane = 8;

    /// <summary>
    /// Adds A·B to C. A stride smaller than the width of A makes its rows overlap: the windows of a convolution over rows that lie
    /// one behind the other, without copying them.
    /// </summary>
    /// <param name="a">m rows of k numbers.</param>
    /// <param name="strideA">Distance between the starts of two rows of A.</param>
    /// <param name="b">k rows of n numbers.</param>
    /// <param name="strideB">Distance between the starts of two rows of B.</param>
    /// <param name="c">m rows of n numbers.</param>
    /// <param name="strideC">Distance between the starts of two rows of C.</param>
    /// <param name="m">Rows of A and C.</param>
    /// <param name="k">Columns of A, rows of B.</param>
    /// <param name="n">Columns of B and C.</param>
    public static void AddProduct(
        ReadOnlySpan<float> a, int strideA, ReadOnlySpan<float> b, int strideB, Span<float> c, int strideC, int m, int k, int n)
    {
        var i = 0;
        for (; i + 4 <= m; i += 4)
        {
            var a0 = a.Slice(i * strideA, k);
            var a1 = a.Slice((i + 1) * strideA, k);
            var a2 = a.Slice((i + 2) * strideA, k);
            var a3 = a.Slice((i + 3) * strideA, k);
            var j = 0;
            for (; j + (2 * Lane) <= n; j += 2 * Lane) FourRows(a0, a1, a2, a3, b[j..], strideB, c[((i * strideC) + j)..], strideC);
            if (j == n) continue;
            for (var r = 0; r < 4; r++)
                OneRow(a.Slice((i + r) * strideA, k), b[j..], strideB, c.Slice(((i + r) * strideC) + j, n - j));
        }

        for (; i < m; i++) OneRow(a.Slice(i * strideA, k), b, strideB, c.Slice(i * strideC, n));
    }

    /// <summary>Writes the transpose of a matrix of <paramref name="rows"/> × <paramref name="columns"/>.</summary>
    public static void Transpose(ReadOnlySpan<float> source, Span<float> target, int rows, int columns)
    {
        for (var i = 0; i < rows; i++)
        {
            var row = source.Slice(i * columns, columns);
            for (var j = 0; j < row.Length; j++) target[(j * rows) + i] = row[j];
        }
    }

    /// <summary>Adds each row of <paramref name="rows"/> to <paramref name="sums"/>.</summary>
    public static void AddRows(ReadOnlySpan<float> rows, Span<float> sums)
    {
        for (var at = 0; at < rows.Length; at += sums.Length) Elements.Add(sums, rows.Slice(at, sums.Length));
    }

    public static void FillRows(Span<float> rows, ReadOnlySpan<float> row)
    {
        for (var at = 0; at < rows.Length; at += row.Length) row.CopyTo(rows[at..]);
    }

    private static void FourRows(
        ReadOnlySpan<float> a0, ReadOnlySpan<float> a1, ReadOnlySpan<float> a2, ReadOnlySpan<float> a3,
        ReadOnlySpan<float> b, int strideB, Span<float> c, int strideC)
    {
        Span<float> c0 = c[..(2 * Lane)], c1 = c.Slice(strideC, 2 * Lane), c2 = c.Slice(2 * strideC, 2 * Lane), c3 = c.Slice(3 * strideC, 2 * Lane);
        var (s00, s01) = (Load(c0), Load(c0[Lane..]));
        var (s10, s11) = (Load(c1), Load(c1[Lane..]));
        var (s20, s21) = (Load(c2), Load(c2[Lane..]));
        var (s30, s31) = (Load(c3), Load(c3[Lane..]));
        a1 = a1[..a0.Length];
        a2 = a2[..a0.Length];
        a3 = a3[..a0.Length];
        for (var p = 0; p < a0.Length; p++)
        {
            var row = b.Slice(p * strideB, 2 * Lane);
            var (b0, b1) = (Load(row), Load(row[Lane..]));
            var x = Vector256.Create(a0[p]);
            s00 = Vector256.MultiplyAddEstimate(x, b0, s00);
            s01 = Vector256.MultiplyAddEstimate(x, b1, s01);
            x = Vector256.Create(a1[p]);
            s10 = Vector256.MultiplyAddEstimate(x, b0, s10);
            s11 = Vector256.MultiplyAddEstimate(x, b1, s11);
            x = Vector256.Create(a2[p]);
            s20 = Vector256.MultiplyAddEstimate(x, b0, s20);
            s21 = Vector256.MultiplyAddEstimate(x, b1, s21);
            x = Vector256.Create(a3[p]);
            s30 = Vector256.MultiplyAddEstimate(x, b0, s30);
            s31 = Vector256.MultiplyAddEstimate(x, b1, s31);
        }

        Store(s00, s01, c0);
        Store(s10, s11, c1);
        Store(s20, s21, c2);
        Store(s30, s31, c3);
    }

    private static void OneRow(ReadOnlySpan<float> a, ReadOnlySpan<float> b, int strideB, Span<float> c)
    {
        var j = 0;
        for (; j + Lane <= c.Length; j += Lane)
        {
            var sum = Load(c[j..]);
            for (var p = 0; p < a.Length; p++) sum = Vector256.MultiplyAddEstimate(Vector256.Create(a[p]), Load(b[((p * strideB) + j)..]), sum);
            sum.CopyTo(c[j..]);
        }

        for (; j < c.Length; j++)
        {
            var sum = c[j];
            for (var p = 0; p < a.Length; p++) sum += a[p] * b[(p * strideB) + j];
            c[j] = sum;
        }
    }

    private static Vector256<float> Load(ReadOnlySpan<float> values) => Vector256.Create(values);

    private static void Store(Vector256<float> low, Vector256<float> high, Span<float> target)
    {
        low.CopyTo(target);
        high.CopyTo(target[Lane..]);
    }
}
