import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity()
export class Sent {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  run!: number;
}
