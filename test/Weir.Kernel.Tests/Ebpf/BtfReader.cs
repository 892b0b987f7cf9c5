using System.Buffers.Binary;
using System.Text;

namespace Weir.Kernel.Tests.Ebpf;

/// <summary>
/// The types that a compiler wrote into an object file (Documentation/bpf/btf.rst): structures with the offsets of their
/// members.
/// </summary>
internal sealed class BtfReader
{
    private readonly byte[] _strings;
    private readonly List<BtfType> _types = [new("", 0, 0, [])];

    public BtfReader(byte[] elf)
    {
        var btf = Section(elf, ".BTF");
        var header = (int)U32(btf, 4);
        var (typeAt, typeLength, stringAt, stringLength) = (header + (int)U32(btf, 8), (int)U32(btf, 12), header + (int)U32(btf, 16), (int)U32(btf, 20));
        _strings = btf[stringAt..(stringAt + stringLength)];
        for (var at = typeAt; at < typeAt + typeLength;) at = ReadType(btf, at);
    }

    /// <summary>Members in order: name, offset in bytes.</summary>
    public BtfType Structure(string name) => _types.Single(type => type.Kind == 4 && type.Name == name);

    private int ReadType(byte[] btf, int at)
    {
        var info = U32(btf, at + 4);
        var (kind, count) = ((int)(info >> 24) & 0x1f, (int)info & 0xffff);
        var members = new List<(string Name, long Offset)>();
        var body = at + 12;
        var (each, single) = kind switch
        {
            1 or 14 or 17 => (0, 4),
            3 => (0, 12),
            4 or 5 or 19 => (12, 0),
            6 or 13 => (8, 0),
            15 => (12, 0),
            _ => (0, 0),
        };
        for (var i = 0; i < count && kind is 4 or 5; i++)
        {
            var member = body + (i * each);
            members.Add((Text(U32(btf, member)), (U32(btf, member + 8) & 0xffffff) / 8));
        }

        _types.Add(new BtfType(Text(U32(btf, at)), kind, (int)U32(btf, at + 8), members));
        return body + single + (each * count);
    }

    private string Text(uint offset) => Encoding.UTF8.GetString(_strings.AsSpan((int)offset, Array.IndexOf(_strings, (byte)0, (int)offset) - (int)offset));

    /// <summary>A section of a 64-bit ELF file by its name.</summary>
    private static byte[] Section(byte[] elf, string name)
    {
        var at = (int)BinaryPrimitives.ReadUInt64LittleEndian(elf.AsSpan(0x28));
        var (size, count, names) = (U16(elf, 0x3a), U16(elf, 0x3c), U16(elf, 0x3e));
        var texts = (int)BinaryPrimitives.ReadUInt64LittleEndian(elf.AsSpan(at + (names * size) + 0x18));
        for (var i = 0; i < count; i++)
        {
            var header = at + (i * size);
            var text = elf.AsSpan(texts + (int)U32(elf, header));
            if (Encoding.ASCII.GetString(text[..text.IndexOf((byte)0)]) != name) continue;
            var start = (int)BinaryPrimitives.ReadUInt64LittleEndian(elf.AsSpan(header + 0x18));
            return elf[start..(start + (int)BinaryPrimitives.ReadUInt64LittleEndian(elf.AsSpan(header + 0x20)))];
        }

        throw new InvalidOperationException($"the object has no section {name}");
    }

    private static uint U32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));

    private static int U16(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));
}

/// <summary>A type: of a structure <paramref name="Size"/> is in bytes.</summary>
internal sealed record BtfType(string Name, int Kind, int Size, List<(string Name, long Offset)> Members);
