using System.Globalization;
using System.Security.Cryptography;
using Weir.Storage;

namespace Weir.Center.Probes;

/// <summary>
/// A name for a store, made once and kept beside it, or in it where several centers share it: by it probes know a store again, whatever
/// its address.
/// </summary>
internal static class StoreIdentity
{
    private const string FileName = "store-id";
    private const string Kind = "store";

    /// <exception cref="IOException">It can be neither read nor written.</exception>
    /// <exception cref="StoreException">The shared store can be neither read nor written.</exception>
    public static UInt128 Of(IExchangeStore store, string directory)
    {
        if (!store.IsShared) return Of(directory);
        // Twice: of two centers that begin at once, both take what the last of them wrote.
        for (var attempt = 0; ; attempt++)
        {
            var kept = store.LoadDocuments(Kind).FirstOrDefault(static one => one.Name == FileName).Body;
            if (kept is { Length: 16 }) return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(kept);
            if (attempt > 0) throw new IOException("the store's name was written and cannot be read");
            store.SaveDocuments(Kind, [(FileName, RandomNumberGenerator.GetBytes(16))]);
        }
    }

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
