using System.Diagnostics;

namespace Weir.Kernel.Tests;

/// <summary>A tun device held open by a helper process, which writes into it what it is told on its standard input.</summary>
internal sealed class TunDevice : IDisposable
{
    // TUNSETIFF with IFF_TUN | IFF_NO_PI (linux/if_tun.h).
    private const string Script = """
        import fcntl, os, struct, sys
        tun = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(tun, 0x400454ca, struct.pack("16sH22x", sys.argv[1].encode(), 0x1001))
        print("ready", flush=True)
        for line in sys.stdin:
            os.write(tun, bytes.fromhex(line.strip()))
        """;

    private readonly Process _helper;

    private TunDevice(Process helper) => _helper = helper;

    public static TunDevice Create(string networkNamespace, string name)
    {
        var start = new ProcessStartInfo("ip") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in new[] { "netns", "exec", networkNamespace, "/usr/bin/python3", "-c", Script, name })
            start.ArgumentList.Add(argument);
        var helper = Process.Start(start)!;
        return helper.StandardOutput.ReadLine() == "ready"
            ? new TunDevice(helper)
            : throw new InvalidOperationException("the tun device could not be made");
    }

    public void Write(byte[] packet)
    {
        _helper.StandardInput.WriteLine(Convert.ToHexString(packet));
        _helper.StandardInput.Flush();
    }

    public void Dispose()
    {
        // End of input ends the helper, and with it the device.
        _helper.StandardInput.Close();
        _helper.WaitForExit();
        _helper.Dispose();
    }
}
