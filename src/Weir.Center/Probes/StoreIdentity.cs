using System.Globalization;
using System.Security.Cryptography;

namespace Weir.Center.Probes;

/// <summary>A name for the store in a directory, made once and kept beside it: by it probes know a store again, whatever its address.</summary>
internal static class StoreIdentity
{
    private const string FileName = "store-id";

    /// <exception cref="IOException">It can be neither read nor written.</exception>
    public static UInt128 Of(string directory)
    {
        var path = Path.Combine(directory, FileName);
        if (File.Exists(path) && UInt128.TryParse(File.ReadAllText(path).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var known))
            return known;
        var bytes = RandomNumberGenerator.GetBytes(16);
        var id = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
        var unfinished = path + ".tmp";
        File.WriteAllText(unfinished, id.ToString("x32", CultureInfo.InvariantCulture) + "\n");
        File.Move(unfinished, path, overwrite: true);
        return id;
    }
}
