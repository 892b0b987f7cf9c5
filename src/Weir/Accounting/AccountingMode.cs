using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Weir.Capture;
using Weir.Cli.Commands;

namespace Weir.Cli.Accounting;

/// <summary>Whether the bytes of all traffic are counted.</summary>
internal enum AccountingMode
{
    /// <summary>Where every packet is read anyway.</summary>
    Auto,
    /// <summary>Also where only some ports are looked at: of all other packets the headers are read.</summary>
    On,
    Off,
}

/// <summary>What a mode means for a capture.</summary>
internal static class AccountingModes
{
    public const string Expected = "auto, on or off";

    public static bool TryParse(string text, out AccountingMode mode)
    {
        (var known, mode) = text switch
        {
            "auto" => (true, AccountingMode.Auto),
            // Unquoted, YAML 1.1 took on and off for true and false, and so do people.
            "on" or "true" => (true, AccountingMode.On),
            "off" or "false" => (true, AccountingMode.Off),
            _ => (false, default),
        };
        return known;
    }

    /// <exception cref="UsageException">Asked for where there are no packets.</exception>
    public static bool Counts(this AccountingMode mode, CapturePlane plane, CaptureFilter filter)
    {
        var hasPackets = CaptureSourceSelector.Resolve(plane) != CapturePlane.Ebpf;
        if (mode == AccountingMode.On && !hasPackets) throw new UsageException("bytes are counted from packets, which --source ebpf does not see: take --source ring+ebpf");
        return hasPackets && (mode == AccountingMode.On || (mode == AccountingMode.Auto && filter.Ports.Count == 0 && filter.Expression is null));
    }

    /// <summary>Packets that are not looked at come cut to their headers: on the ring only.</summary>
    public static bool CutsOthers(CapturePlane plane, CaptureFilter filter) =>
        filter.Expression is null && CaptureSourceSelector.Resolve(plane) is CapturePlane.Ring or CapturePlane.RingEbpf;

    /// <summary>This host's or pod's own address; empty when it has none.</summary>
    public static string OwnAddress()
    {
        if (SniffOptions.FromEnvironment("POD_IP", "NODE_IP") is { } named && IPAddress.TryParse(named, out var given)) return given.ToString();
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces()
                .Where(device => device.OperationalStatus == OperationalStatus.Up && device.NetworkInterfaceType != NetworkInterfaceType.Loopback)
                .SelectMany(device => device.GetIPProperties().UnicastAddresses)
                .Select(one => one.Address)
                .Where(address => !address.IsIPv6LinkLocal)
                .OrderBy(address => address.AddressFamily == AddressFamily.InterNetwork ? 0 : 1)
                .FirstOrDefault()?.ToString() ?? "";
        }
        catch (NetworkInformationException)
        {
            // Reports then carry the name alone.
            return "";
        }
    }
}
