using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using Weir.Packets;

namespace Weir.Benchmarks.Chaos.Load;

/// <summary>
/// Frames that were never meant to be read, onto a device of a node: those of the corpus with bytes flipped, cut, doubled and in another
/// order, and noise behind headers that promise everything.
/// </summary>
internal static class FrameStorm
{
    public const string Verb = "chaos-storm";

    private const int MaxFrame = 1500;

    /// <summary>IPv4, IPv6, VLAN, provider VLAN, MPLS, PPPoE, ARP, and what is no type but a length (IEEE 802.3).</summary>
    private static readonly ushort[] s_etherTypes = [0x0800, 0x86DD, 0x8100, 0x88A8, 0x8847, 0x8864, 0x0806, 0x0026];

    /// <param name="arguments">Device, seconds, seed, folder with captures.</param>
    public static int Run(string[] arguments)
    {
        var seconds = double.Parse(arguments[1], CultureInfo.InvariantCulture);
        var random = new Random(int.Parse(arguments[2], CultureInfo.InvariantCulture));
        var frames = Read(arguments[3]);
        using var device = new PacketDevice(arguments[0]);
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            for (var burst = 0; burst < 50; burst++)
            {
                var frame = frames.Count == 0 || random.Next(4) == 0 ? Noise(random) : Ugly(frames[random.Next(frames.Count)], random);
                device.Write(frame, 0);
            }

            Thread.Sleep(1);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{device.Sent} {device.Refused}"));
        return 0;
    }

    private static List<byte[]> Read(string folder)
    {
        var frames = new List<byte[]>();
        foreach (var file in Directory.EnumerateFiles(folder, "*.pcap*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            try
            {
                using var reader = CaptureFileReader.Open(File.OpenRead(file));
                while (frames.Count < 20_000 && reader.TryRead(out var frame))
                    if (frame.LinkType == LinkType.Ethernet && frame.Data.Length <= MaxFrame) frames.Add(frame.Data.ToArray());
            }
            catch (CaptureFileException)
            {
                // Some captures of the corpus are damaged on purpose.
            }
        }

        return frames;
    }

    private static byte[] Ugly(byte[] frame, Random random)
    {
        var copy = random.Next(5) == 0 ? frame[..random.Next(14, Math.Max(15, frame.Length))] : [.. frame];
        if (random.Next(3) == 0) return copy;
        for (var flips = random.Next(1, 8); flips > 0; flips--) copy[random.Next(random.Next(3) == 0 ? copy.Length : Math.Min(copy.Length, 60))] = (byte)random.Next(256);
        return copy;
    }

    private static byte[] Noise(Random random)
    {
        var frame = new byte[random.Next(15, MaxFrame)];
        random.NextBytes(frame);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), s_etherTypes[random.Next(s_etherTypes.Length)]);
        // Version and header length of IPv4, so that more than the first look is taken.
        if (random.Next(2) == 0) frame[14] = 0x45;
        return frame;
    }
}
