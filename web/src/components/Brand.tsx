export function Brand({ size = 22 }: { size?: number }) {
  return (
    <h1>
      <img src="/icon.svg" alt="" width={size} height={size} />
      Weir
    </h1>
  );
}
