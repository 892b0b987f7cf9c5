using System.Buffers.Binary;

namespace Weir.Capture.Tests;

/// <summary>
/// The instructions of linux/filter.h that libpcap's compiler and Weir make; what a kernel would return for a frame.
/// </summary>
internal static class ClassicBpf
{
    /// <summary>Offsets from here on are what the kernel knows of a packet (SKF_AD_OFF).</summary>
    private const uint Ancillary = 0xFFFF_F000;

    /// <summary>Offsets from here on count from the network header (SKF_NET_OFF).</summary>
    private const uint Network = 0xFFF0_0000;

    /// <param name="program">Ends with a return on every way.</param>
    /// <param name="packet">From where the kernel lets the program see it.</param>
    /// <param name="etherType">Its skb->protocol.</param>
    /// <param name="packetType">Its skb->pkt_type.</param>
    /// <param name="networkHeader">Where its network header begins.</param>
    public static int Run(ulong[] program, ReadOnlySpan<byte> packet, ushort etherType = 0x0800, byte packetType = 0, int networkHeader = 0)
    {
        uint a = 0, x = 0;
        var memory = new uint[16];
        for (var pc = 0; pc < program.Length; pc++)
        {
            var code = (ushort)program[pc];
            var (jumpTrue, jumpFalse) = ((byte)(program[pc] >> 16), (byte)(program[pc] >> 24));
            var k = (uint)(program[pc] >> 32);
            var operand = (code & 8) == 0 ? k : x;
            switch (code)
            {
                case 0x06: return (int)k;
                case 0x16: return (int)a;
                case 0x20 when k >= Ancillary:
                    a = (k - Ancillary) switch { 0 => etherType, 4 => packetType, _ => throw new NotSupportedException($"load 0x{k:x}") };
                    break;
                case 0x20 or 0x28 or 0x30 or 0x40 or 0x48 or 0x50:
                    var at = k >= Network ? k - Network + (uint)networkHeader : k + ((code & 0x40) != 0 ? x : 0);
                    var size = (code & 0x18) switch { 0 => 4u, 8 => 2u, _ => 1u };
                    if (at + size > packet.Length) return 0;
                    var from = packet[(int)at..];
                    a = size == 4 ? BinaryPrimitives.ReadUInt32BigEndian(from)
                        : size == 2 ? BinaryPrimitives.ReadUInt16BigEndian(from) : from[0];
                    break;
                case 0xb1: x = (uint)(packet[(int)k] & 0xf) << 2; break;
                case 0x00: a = k; break;
                case 0x01: x = k; break;
                case 0x02: memory[k] = a; break;
                case 0x03: memory[k] = x; break;
                case 0x60: a = memory[k]; break;
                case 0x61: x = memory[k]; break;
                case 0x07: x = a; break;
                case 0x87: a = x; break;
                case 0x04 or 0x0c: a += operand; break;
                case 0x14 or 0x1c: a -= operand; break;
                case 0x24 or 0x2c: a *= operand; break;
                case 0x54 or 0x5c: a &= operand; break;
                case 0xa4 or 0xac: a ^= operand; break;
                case 0x64 or 0x6c: a <<= (int)operand; break;
                case 0x74 or 0x7c: a >>= (int)operand; break;
                case 0x05: pc += (int)k; break;
                case 0x15 or 0x1d: pc += a == operand ? jumpTrue : jumpFalse; break;
                case 0x25 or 0x2d: pc += a > operand ? jumpTrue : jumpFalse; break;
                case 0x35 or 0x3d: pc += a >= operand ? jumpTrue : jumpFalse; break;
                case 0x45 or 0x4d: pc += (a & operand) != 0 ? jumpTrue : jumpFalse; break;
                default: throw new NotSupportedException($"BPF code 0x{code:x}");
            }
        }

        throw new InvalidOperationException("the program has no end");
    }
}
