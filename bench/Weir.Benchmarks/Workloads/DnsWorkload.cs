using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Weir.Benchmarks.Workloads;

/// <summary>Lookups over TCP: names of services, two addresses each.</summary>
public sealed class DnsWorkload : IWorkload
{
    private const int Distinct = 512;

    public string Protocol => "dns";

    public IReadOnlyList<(byte[] Request, byte[] Response)> Exchanges { get; } = [.. Enumerable.Range(0, Distinct).Select(Make)];

    private static (byte[] Request, byte[] Response) Make(int number)
    {
        byte[] question = [.. Name(string.Create(CultureInfo.InvariantCulture, $"service-{number}.shop.svc.cluster.local")), 0, 1, 0, 1];
        byte[] answer = [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 30, 0, 4, 10, 96, (byte)(number >> 8), (byte)number];
        return (Framed(number, 0x0100, question, []), Framed(number, 0x8180, question, answer, answer));
    }

    private static byte[] Framed(int id, int flags, byte[] question, params byte[][] answers)
    {
        answers = [.. answers.Where(answer => answer.Length > 0)];
        var message = new byte[14];
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), (ushort)id);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(4), (ushort)flags);
        message[7] = 1;
        message[9] = (byte)answers.Length;
        message = [.. message, .. question, .. answers.SelectMany(answer => answer)];
        BinaryPrimitives.WriteUInt16BigEndian(message, (ushort)(message.Length - 2));
        return message;
    }

    private static byte[] Name(string name) =>
        [.. name.Split('.').SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0];
}
