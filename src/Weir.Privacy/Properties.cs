using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Weir.Privacy.Tests")]
