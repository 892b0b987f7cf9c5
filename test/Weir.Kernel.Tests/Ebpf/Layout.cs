using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weir.Kernel.Tests.Ebpf;

/// <summary>How a structure lies in memory, found out by writing to one field at a time.</summary>
internal static class Layout
{
    public static int SizeOf<T>()
        where T : unmanaged => MemoryMarshal.AsBytes(new T[1].AsSpan()).Length;

    /// <summary>Fields in order of declaration, with their offsets in bytes.</summary>
    public static IEnumerable<(string Name, long Offset)> FieldsOf<T>()
        where T : unmanaged
    {
        foreach (var field in Fields(typeof(T)))
        {
            object boxed = default(T);
            field.SetValue(boxed, WithFirstByte(field.FieldType));
            var values = new[] { (T)boxed };
            yield return (field.Name, MemoryMarshal.AsBytes(values.AsSpan()).IndexOf((byte)1));
        }
    }

    /// <summary>A value of which the first byte is 1 and the rest 0, on a little-endian machine.</summary>
    private static object WithFirstByte(Type type)
    {
        if (type.IsEnum) return Enum.ToObject(type, 1);
        if (type.IsPrimitive) return Convert.ChangeType(1, type, System.Globalization.CultureInfo.InvariantCulture);
        var boxed = RuntimeHelpers.GetUninitializedObject(type);
        var first = Fields(type)[0];
        first.SetValue(boxed, WithFirstByte(first.FieldType));
        return boxed;
    }

    private static FieldInfo[] Fields(Type type) => type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
}
