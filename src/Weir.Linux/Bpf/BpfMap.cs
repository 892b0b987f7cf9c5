using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Weir.Linux.Native;

namespace Weir.Linux.Bpf;

/// <summary>One map of a <see cref="BpfObject"/>; valid as long as that is. Sizes are checked against the map's.</summary>
public sealed unsafe class BpfMap
{
    private readonly BpfObject _owner;
    private readonly nint _map;

    internal BpfMap(BpfObject owner, nint map)
    {
        (_owner, _map) = (owner, map);
        Name = Marshal.PtrToStringUTF8((nint)Libbpf.bpf_map__name(map)) ?? "";
    }

    public string Name { get; }

    public int KeyBytes => (int)Libbpf.bpf_map__key_size(Checked());

    /// <summary>Of one CPU where the map is per CPU.</summary>
    public int ValueBytes => (int)Libbpf.bpf_map__value_size(Checked());

    public uint MaxEntries => Libbpf.bpf_map__max_entries(Checked());

    /// <summary>Only before <see cref="BpfObject.Load"/>.</summary>
    public void SetMaxEntries(uint entries) => Require(Libbpf.bpf_map__set_max_entries(Checked(), entries), "set_max_entries");

    /// <summary>Uses the map of another object, loaded already, instead of one of its own. Only before <see cref="BpfObject.Load"/>.</summary>
    public void Share(BpfMap other) => Require(Libbpf.bpf_map__reuse_fd(Checked(), other.Fd), "reuse_fd");

    /// <summary>
    /// What a section of data holds at load (<c>.rodata</c>), to be written to. Only before <see cref="BpfObject.Load"/>.
    /// </summary>
    public Span<byte> InitialValue()
    {
        nuint size;
        var start = Libbpf.bpf_map__initial_value(Checked(), &size);
        if (start is null) throw new BpfException($"initial_value({Name})", 0, "the map has none");
        return new Span<byte>(start, (int)size);
    }

    /// <summary>False when there is no such key.</summary>
    public bool TryRead<TKey, TValue>(TKey key, out TValue value)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        CheckSizes(sizeof(TKey), sizeof(TValue));
        fixed (TValue* target = &value)
        {
            *target = default;
            return Libbpf.bpf_map_lookup_elem(Fd, &key, target) == 0;
        }
    }

    public void Write<TKey, TValue>(TKey key, TValue value)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        CheckSizes(sizeof(TKey), sizeof(TValue));
        if (Libbpf.bpf_map_update_elem(Fd, &key, &value, 0) < 0)
            throw new BpfException($"bpf_map_update_elem({Name})", Marshal.GetLastPInvokeError(), "");
    }

    /// <summary>False when there was no such key.</summary>
    public bool Delete<TKey>(TKey key)
        where TKey : unmanaged
    {
        CheckSizes(sizeof(TKey), ValueBytes);
        return Libbpf.bpf_map_delete_elem(Fd, &key) == 0;
    }

    /// <summary>The key after another, or the first; false at the end. Keys come in no order, and while others change the map some may come twice or not.</summary>
    public bool TryNext<TKey>(TKey? key, out TKey next)
        where TKey : unmanaged
    {
        CheckSizes(sizeof(TKey), ValueBytes);
        var from = key.GetValueOrDefault();
        fixed (TKey* target = &next)
        {
            *target = default;
            return Libbpf.bpf_map_get_next_key(Fd, key is null ? null : &from, target) == 0;
        }
    }

    /// <summary>
    /// Puts another map into a slot of this array of maps. Returns when no program uses the one before any more (kernel/bpf/syscall.c,
    /// maybe_wait_bpf_programs).
    /// </summary>
    public void Point(uint slot, BpfMap target) => Write(slot, target.Fd);

    /// <summary>Takes entries out of a hash that nobody changes meanwhile. False when none are left after these. Linux 5.6.</summary>
    /// <param name="keys">Filled from the start; room for more than a bucket of the hash ever holds, such as a thousand.</param>
    /// <param name="values">As many.</param>
    /// <param name="taken">How many were there.</param>
    public bool TryTake<TKey, TValue>(Span<TKey> keys, Span<TValue> values, out int taken)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        CheckSizes(sizeof(TKey), sizeof(TValue));
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, keys.Length);
        var count = (uint)keys.Length;
        // Where the walk stands; it starts anew each time, since what was taken is gone.
        ulong place;
        int result;
        fixed (TKey* firstKey = keys)
        fixed (TValue* firstValue = values)
            result = Libbpf.bpf_map_lookup_and_delete_batch(Fd, null, &place, firstKey, firstValue, &count, null);
        var error = result < 0 ? Marshal.GetLastPInvokeError() : 0;
        if (error is not (0 or Errno.ENOENT)) throw new BpfException($"bpf_map_lookup_and_delete_batch({Name})", error, "");
        taken = (int)count;
        return error == 0;
    }

    /// <summary>Adds up one slot of a per-cpu array of 64-bit numbers.</summary>
    /// <param name="slot">Index.</param>
    /// <param name="scratch">Room for one number per possible CPU, see <see cref="BpfLibrary.PossibleCpus"/>.</param>
    public long Sum(uint slot, Span<long> scratch)
    {
        CheckSizes(sizeof(uint), sizeof(long));
        fixed (long* values = scratch)
        {
            if (Libbpf.bpf_map_lookup_elem(Fd, &slot, values) < 0)
                throw new BpfException($"bpf_map_lookup_elem({Name})", Marshal.GetLastPInvokeError(), "");
        }

        var sum = 0L;
        foreach (var value in scratch) sum += value;
        return sum;
    }

    internal int Fd => Libbpf.bpf_map__fd(Checked());

    private nint Checked()
    {
        _owner.Check();
        return _map;
    }

    private void CheckSizes(int key, int value)
    {
        if (key != KeyBytes || value != ValueBytes)
            throw new ArgumentException($"the map {Name} has keys of {KeyBytes} and values of {ValueBytes} bytes, not {key} and {value}");
    }

    private void Require(int result, string operation)
    {
        if (result < 0) throw new BpfException($"{operation}({Name})", -result, "");
    }
}
