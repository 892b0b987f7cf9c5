namespace Weir.Storage.Tests;

public class FileModeTests
{
    [SkippableFact]
    public void Only_the_owner_may_read_the_store()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no file modes");
        if (OperatingSystem.IsWindows()) return;
        var folder = Directory.CreateTempSubdirectory("weir-store-").FullName;
        var path = Path.Combine(folder, "data", "weir.db");
        using (new SqliteExchangeStore(new SqliteStoreOptions { Path = path }))
        {
            foreach (var file in Directory.GetFiles(Path.GetDirectoryName(path)!))
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                File.GetUnixFileMode(Path.GetDirectoryName(path)!));
        }

        Directory.Delete(folder, recursive: true);
    }
}
